"""Choices of the fields of a record, by code; most codes are those of HTCDS 2.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    Choices = Mapping[str, Text]

OTHER = pgettext("record", "Other")
UNKNOWN = "unknown"
YES_NO: Choices = {
    "yes": pgettext("record", "Yes"),
    "no": pgettext("record", "No"),
    UNKNOWN: pgettext("record", "Not known"),
}
GENDERS: Choices = {
    "Feminine": pgettext("gender", "Female"),
    "Masculine": pgettext("gender", "Male"),
    "TransgenderFeminine": pgettext("gender", "Transgender, female"),
    "TransgenderMasculine": pgettext("gender", "Transgender, male"),
    "NonConforming": pgettext("gender", "Neither, or both"),
    "NonSpecifiedUnknown": pgettext("gender", "Not said, or not known"),
}
MARITAL_STATUSES: Choices = {
    "Single": pgettext("marital status", "Single"),
    "Married": pgettext("marital status", "Married"),
    "Widowed": pgettext("marital status", "Widowed"),
    "Divorced": pgettext("marital status", "Divorced"),
    "Separated": pgettext("marital status", "Separated"),
    "RegisteredPartnership": pgettext("marital status", "Registered partnership"),
}
EDUCATION_LEVELS: Choices = {
    "EarlyChildhoodEducation": pgettext("education", "Early childhood"),
    "PrimaryEducation": pgettext("education", "Primary school"),
    "LowerSecondaryEducation": pgettext("education", "Lower secondary school"),
    "UpperSecondaryEducation": pgettext("education", "Upper secondary school"),
    "PostSecondaryNonTertiaryEducation": pgettext("education", "After school, not a college"),
    "ShortCycleTertiaryEducation": pgettext("education", "Short college course"),
    "BachelorsOrEquivalentLevel": pgettext("education", "Bachelor"),
    "MastersOrEquivalentLevel": pgettext("education", "Master"),
    "DoctoralOrEquivalentLevel": pgettext("education", "Doctorate"),
}
SITUATIONS: Choices = {
    "works_here": pgettext("record", "Working in the country"),
    "studies": pgettext("record", "Studying in the country"),
    "married": pgettext("record", "Spouse of a citizen"),
    "visiting": pgettext("record", "Visiting"),
    "taiwanese": pgettext("record", "Citizen"),
    "at_sea": pgettext("record", "Working at sea"),
    "abroad": pgettext("record", "Outside the country"),
}
"""The same codes as the question about the situation in the flows."""
STATUSES: Choices = {
    "PossibleVictimOfTrafficking": pgettext("identification", "Suspected"),
    "ActualVictimOfTrafficking": pgettext("identification", "Identified"),
    "NotAVictimOfTrafficking": pgettext("identification", "Not identified"),
}
DECIDING_BODIES: Choices = {
    "Police": pgettext("identification", "Police"),
    "NGO": pgettext("identification", "An organisation that is no authority"),
    "CourtOrProsecution": pgettext("identification", "Court or prosecutor"),
    "NonPoliceGovernmentalOrganization": pgettext("identification", "Another authority"),
    "Other": OTHER,
}
RELATIONSHIPS: Choices = {
    "Familial": pgettext("relationship", "Family"),
    "Acquainted": pgettext("relationship", "Known before"),
    "Unaquainted": pgettext("relationship", "Not known before"),
}
"""Spelt as in the standard."""
APPS: Choices = {
    "Facebook": Text("Facebook"), "Instagram": Text("Instagram"), "WhatsApp": Text("WhatsApp"),
    "Telegram": Text("Telegram"), "FacebookMessenger": Text("Facebook Messenger"),
    "Viber": Text("Viber"), "SnapChat": Text("SnapChat"), "Line": Text("LINE"),
    "4Sale": Text("4Sale"), "WeChat": Text("WeChat"), "QQ": Text("QQ"), "QZone": Text("QZone"),
    "TikTok": Text("TikTok"), "Twitter": Text("Twitter, X"), "Other": OTHER,
}  # fmt: skip
"""Names are not translated."""
RECRUITMENT_METHODS: Choices = {
    "AtAPlaceOfBusiness": pgettext("recruitment", "At a place of business"),
    "AtAnEducationalInstitution": pgettext("recruitment", "At a school"),
    "AtWork": pgettext("recruitment", "At work"),
    "ThroughOnlineSocialNetworks": pgettext("recruitment", "On a social network"),
    "ThroughAnOnlineAdvertisement": pgettext("recruitment", "By an advertisement online"),
    "ThroughATelevisionAdvert": pgettext("recruitment", "By an advertisement on television"),
    "ThroughANewspaperAdvert": pgettext("recruitment", "By an advertisement in a newspaper"),
    "ThroughFamilyOrFamilyEvents": pgettext("recruitment", "Through family"),
    "ThroughFriendsOrSocialEvents": pgettext("recruitment", "Through friends"),
    "Other": OTHER,
}
CONTROL_METHODS: Choices = {
    "PhysicalThreats": pgettext("control", "Threats of violence"),
    "ThreatsLawEnforcement": pgettext("control", "Threats with the authorities"),
    "ThreatensChildrenFamily": pgettext("control", "Threats against the family"),
    "DebtBondage": pgettext("control", "Debt bondage"),
    "FalsePromises": pgettext("control", "False promises"),
    "PhysicalAbuse": pgettext("control", "Physical abuse"),
    "SexualAbuse": pgettext("control", "Sexual abuse"),
    "TakesEarnings": pgettext("control", "Takes the earnings"),
    "RestrictsFinancialAccess": pgettext("control", "Restricts access to money"),
    "RestrictsMedicalCare": pgettext("control", "Restricts medical care"),
    "WithholdsNecessities": pgettext("control", "Withholds food or other necessities"),
    "PsychologicalAbuse": pgettext("control", "Psychological abuse"),
    "PsychoactiveSubstance": pgettext("control", "Drugs or alcohol"),
    "ExcessiveWorkingHours": pgettext("control", "Too many working hours"),
    "WithholdsDocuments": pgettext("control", "Withholds documents"),
    "RestrictsMovement": pgettext("control", "Restricts movement"),
    "Other": OTHER,
}
EXPLOITATION_KINDS: Choices = {
    "ForcedLabour": pgettext("exploitation", "Forced labour"),
    "SexualExploitation": pgettext("exploitation", "Sexual exploitation"),
    "ChildLabour": pgettext("exploitation", "Child labour"),
    "ForcedMarriage": pgettext("exploitation", "Forced marriage"),
    "Servitude": pgettext("exploitation", "Servitude"),
    "ForcedMilitaryByNonStateActors": pgettext("exploitation", "Forced military service"),
    "OrganRemoval": pgettext("exploitation", "Removal of organs"),
    "ForcedBegging": pgettext("exploitation", "Forced begging"),
    "ForcedAdoption": pgettext("exploitation", "Forced adoption"),
    "Surrogacy": pgettext("exploitation", "Surrogacy"),
    "ForcedCriminality": pgettext("exploitation", "Forced to commit offences"),
    "Other": OTHER,
}
SEX_EXPLOITATION_KINDS: Choices = {
    "Prostitution": pgettext("exploitation", "Prostitution"),
    "Pornography": pgettext("exploitation", "Pornography"),
    "RemoteInteractiveServices": pgettext("exploitation", "Before a camera"),
    "PrivateSexualServices": pgettext("exploitation", "In a private home"),
}
INDUSTRIES: Choices = {
    "A_AgricultureForestryAndFishing": pgettext("industry", "Agriculture, forestry, fishing"),
    "B_MiningAndQuarrying": pgettext("industry", "Mining and quarrying"),
    "C_Manufacturing": pgettext("industry", "Manufacturing"),
    "D_ElectricityGasSteamAndAirConditioningSupply": pgettext("industry", "Electricity and gas"),
    "E_WaterSupplySewerageWasteManagement": pgettext("industry", "Water and waste"),
    "F_Construction": pgettext("industry", "Construction"),
    "G_WholesaleAndRetailTradeRepairOfMotorVehicles": pgettext(
        "industry", "Trade and repair of vehicles"
    ),
    "H_TransportationAndStorage": pgettext("industry", "Transport and storage"),
    "I_AccommodationAndFoodServiceActivities": pgettext("industry", "Hotels and restaurants"),
    "J_InformationAndCommunication": pgettext("industry", "Information and communication"),
    "K_FinancialAndInsuranceActivities": pgettext("industry", "Finance and insurance"),
    "L_RealEstateActivities": pgettext("industry", "Real estate"),
    "M_ProfessionalScientificAndTechnicalActivities": pgettext(
        "industry", "Professional and technical services"
    ),
    "N_AdministrativeAndSupportServiceActivities": pgettext(
        "industry", "Administrative and support services"
    ),
    "O_PublicAdministrationAndDefence": pgettext("industry", "Public administration, defence"),
    "P_Education": pgettext("industry", "Education"),
    "Q_HumanHealthAndSocialWorkActivities": pgettext("industry", "Health and social work"),
    "R_ArtsEntertainmentAndRecreation": pgettext("industry", "Arts and entertainment"),
    "S_OtherServiceActivities": pgettext("industry", "Other services"),
    "T_ActivitiesOfHouseholdsAsEmployers": pgettext("industry", "Work in a household"),
    "U_ActivitiesOfExtraterritorialOrganizations": pgettext(
        "industry", "International organisations"
    ),
}
VULNERABILITIES: Choices = {
    "Addiction": pgettext("vulnerability", "Addiction"),
    "SocialGroup": pgettext("vulnerability", "Social group"),
    "Discrimination": pgettext("vulnerability", "Discrimination"),
    "Poverty": pgettext("vulnerability", "Poverty"),
    "DisabilityAndPhysicalHealth": pgettext("vulnerability", "Disability, physical health"),
    "MentalHealth": pgettext("vulnerability", "Mental health"),
    "Migration": pgettext("vulnerability", "Migration"),
    "Homelessness": pgettext("vulnerability", "Homelessness"),
    "AbuseSocialMedia": pgettext("vulnerability", "Abuse on social media"),
    "AbusePhysical": pgettext("vulnerability", "Physical abuse"),
    "Education": pgettext("vulnerability", "Education"),
    "WorkEnvironment": pgettext("vulnerability", "Surroundings at work"),
}
SUSPECT_ROLES: Choices = {
    "RecruiterOrIntermediary": pgettext("suspect", "Recruiter or intermediary"),
    "BrokerTravelAgent": pgettext("suspect", "Broker or travel agent"),
    "Exploiter": pgettext("suspect", "Exploiter"),
    "Transporter": pgettext("suspect", "Transporter"),
    "TravellingPartner": pgettext("suspect", "Travelled along"),
    "Smuggler": pgettext("suspect", "Smuggler"),
    "Abuser": pgettext("suspect", "Abuser"),
    "Kidnapper": pgettext("suspect", "Kidnapper"),
    "TransferredIndividual": pgettext("suspect", "Passed the person on"),
    "HarbouredIndividual": pgettext("suspect", "Harboured the person"),
    "SoldIndividual": pgettext("suspect", "Sold the person"),
    "BoughtIndividual": pgettext("suspect", "Bought the person"),
    "ReceivedIndividual": pgettext("suspect", "Received the person"),
    "ControlledIndividual": pgettext("suspect", "Controlled the person"),
    "Other": OTHER,
}
ORGANISATION_KINDS: Choices = {
    "CorporateBusiness": pgettext("organisation", "Company"),
    "NGO": pgettext("organisation", "Organisation that is no authority"),
    "LawEnforcement": pgettext("organisation", "Law enforcement"),
    "HealthServiceOrganisation": pgettext("organisation", "Health service"),
    "CentralGovernmentOrganisation": pgettext("organisation", "Central government"),
    "LocalGovernmentOrganisation": pgettext("organisation", "Local government"),
    "ImmigrationService": pgettext("organisation", "Immigration service"),
    "LegalService": pgettext("organisation", "Legal service"),
    "SchoolOrCollege": pgettext("organisation", "School or college"),
}
REFERRAL_REASONS: Choices = {
    "AdditionalServicesRequired": pgettext("referral reason", "More services are needed"),
    "MigrationOrChangeOfLocation": pgettext("referral reason", "The person moved"),
    "Other": OTHER,
}
EVENT_KINDS: Choices = {
    "Recruitment": pgettext("event", "Recruitment"),
    "Transit": pgettext("event", "Transit"),
    "Exploitation": pgettext("event", "Exploitation"),
}
DOCUMENT_KINDS: Choices = {
    "passport": pgettext("document", "Passport"),
    "residence": pgettext("document", "Residence card"),
    "identity": pgettext("document", "Identity card"),
    "contract": pgettext("document", "Contract"),
    "seafarer": pgettext("document", "Seafarer's book"),
    "bank": pgettext("document", "Bank book or card"),
    "phone": pgettext("document", "Telephone"),
    "other": OTHER,
}
PAYMENT_KINDS: Choices = {
    "fee": pgettext("payment", "Recruitment fee"),
    "debt": pgettext("payment", "Debt or loan"),
    "deduction": pgettext("payment", "Taken off the wage"),
    "deposit": pgettext("payment", "Deposit or forced saving"),
    "wage": pgettext("payment", "Wage paid"),
    "owed": pgettext("payment", "Wage owed"),
    "fine": pgettext("payment", "Penalty"),
    "other": OTHER,
}
NEEDS: Choices = {
    "shelter": pgettext("record", "A safe place to stay"),
    "food": pgettext("record", "Food"),
    "medical": pgettext("record", "A doctor"),
    "counselling": pgettext("record", "Someone to talk to"),
    "interpreting": pgettext("record", "An interpreter"),
    "legal_aid": pgettext("record", "Legal advice"),
    "living_costs": pgettext("record", "Money to live on"),
    "company_at_questioning": pgettext("record", "Company at questioning"),
    "papers": pgettext("record", "Documents back"),
    "leave": pgettext("record", "To leave safely"),
    "family": pgettext("record", "To reach family"),
    "residence_permit": pgettext("record", "Permit to stay"),
    "work_permit": pgettext("record", "Permit to work"),
    "safe_return": pgettext("record", "Safe return"),
    "other": OTHER,
}
SUSPECT_RELATIONS: Choices = {
    "employer": pgettext("suspect", "Employer or boss"),
    "broker": pgettext("suspect", "Broker or agency"),
    "captain": pgettext("suspect", "Captain"),
    "family": pgettext("suspect", "A family member"),
    "partner": pgettext("suspect", "Partner or spouse"),
    "other": OTHER,
}
"""The same codes as the question "Who does this?" in the flows."""
BEGINNINGS: Choices = {
    "days": pgettext("began", "days before the report"),
    "weeks": pgettext("began", "some weeks before the report"),
    "months": pgettext("began", "some months before the report"),
    "years": pgettext("began", "over a year before the report"),
    "over": pgettext("began", "it is over"),
}
"""The same codes as the question when it began, as seen from the day of the report."""
LINKS: Choices = {
    "family": pgettext("relationship", "Family"),
    "friend": pgettext("relationship", "Friend"),
    "coworker": pgettext("relationship", "Works with them"),
    "neighbour": pgettext("relationship", "Neighbour"),
    "work": pgettext("relationship", "Knows them through work"),
    "online": pgettext("relationship", "Knows them online only"),
    "other": OTHER,
}
"""The same codes as the question how the writer knows the person."""
PEOPLE_COUNTS: Choices = {
    "one": _("One person"), "few": _("Two to five"), "some": _("Six to twenty"),
    "many": _("More than twenty"),
}  # fmt: skip
"""The same codes as the question about the number of people in the flows."""
