"""Taiwan: drafts of forms and reports, in Chinese, with the contents the regulations require.

Residence permit: D0080181 Articles 3 and 4. Work permit: N0090041 Articles 3 to 5. Objection: the
Act (D0080177), Article 11, paragraphs 5 and 6. Reports: the Act, Article 9; the child laws
(D0050023, Article 7; D0050001, Article 53); the Employment Service Act (N0090001), Article 40. The
offices' own forms were not read: a draft lists what goes into them and does not replace them.
"""

from __future__ import annotations

from bot.languages.format_date import format_minguo
from bot.places.forms import OfficeForm, OfficeForms, RecordBlank

_PERSON = (
    "申請人",
    "　姓名：{name}",
    "　外文姓名：{foreign_name}",
    "　出生年月日：{born}",
    "　國籍（地區）：{nationality}",
    "　護照或居留證號碼：{number}",
    "　在臺通訊地址：{address}",
    "　使用語言：{language}",
    "",
    "協助單位（受委託之民間團體或機關）",
    "　名稱：{organisation}",
    "　聯絡方式：{contact}",
    "　案件編號（本單位）：{reference}",
)
_NAMES = (("person.name",), ("person.family_name", "person.given_name"))
_SIGNATURE = ("", "申請人簽章：{signature}", "日期：{today}")

RESIDENCE = OfficeForm(
    code="residence",
    lines=(
        "人口販運被害人居留許可申請書（內容草稿）",
        "受文者：內政部移民署",
        (
            "依據：人口販運防制法第 14 條第 1 項；"
            "人口販運被害人居留及專案永久居留許可辦法第 3 條、第 4 條"
        ),
        "",
        *_PERSON,
        "",
        "申請事項",
        "　申請人經鑑別為人口販運被害人，請核發一年效期之居留許可。",
        "　鑑別通知書日期：{identified_on}",
        "　鑑別機關（單位）及文號：{unit}　{notice_number}",
        "",
        "檢具文件",
        "　□ 申請書",
        "　□ 身分證明或旅行文件",
        "　□ 經鑑別為被害人之相關文件",
        "　□ 其他相關證明文件：{others}",
        "",
        (
            "備註：無力支付規費者，可請主管機關或勞動主管機關補助"
            "（人口販運被害人及疑似人口販運被害人協助辦法第 15 條）。"
        ),
        *_SIGNATURE,
    ),
    events={"identified_on": "identified"},
)
WORK = OfficeForm(
    code="work",
    lines=(
        "人口販運被害人工作許可申請書（內容草稿）",
        "受文者：勞動部",
        "依據：人口販運防制法第 14 條第 3 項；人口販運被害人工作許可及管理辦法第 3 條至第 5 條",
        "",
        *_PERSON,
        "",
        "申請事項",
        "　申請人經鑑別為人口販運被害人並持有居留許可，請核發工作許可，期間依居留許可期間。",
        "　居留許可核發日期：{permit_on}",
        "　居留許可有效期限：{permit_until}",
        "　鑑別通知書日期：{identified_on}",
        "",
        "檢具文件",
        "　□ 申請書",
        "　□ 申請時未逾效期之居留許可影本",
        "　□ 足資證明經司法警察機關（單位）鑑別為人口販運被害人之文件影本",
        *_SIGNATURE,
    ),
    events={"permit_on": "permit", "permit_until": "permit_until", "identified_on": "identified"},
)
OBJECTION = OfficeForm(
    code="objection",
    lines=(
        "人口販運被害人鑑別異議書（內容草稿）",
        "受文者：{unit}（原鑑別機關（單位））　轉　其上級機關（單位）",
        "依據：人口販運防制法第 11 條第 5 項、第 6 項",
        "",
        *_PERSON,
        "",
        "原鑑別結果",
        "　鑑別通知書文號：{notice_number}",
        "　鑑別通知書送達日期：{served_on}",
        "　提出異議期限（送達翌日起二十日內）最後一天：{last_day}",
        "",
        "異議事項",
        "　申請人不服前述鑑別結果，請更正為人口販運被害人。",
        "",
        "理由",
        "　（由協助人員與申請人一起寫）{reasons}",
        "",
        "申請人先前向本單位說過的內容（未經申請人同意不得附上；外文請先翻譯）",
        "{told}",
        "",
        "備註：異議決定前，不得強制驅逐出國（境）（人口販運防制法第 11 條第 8 項）。",
        *_SIGNATURE,
    ),
    events={"served_on": "not_identified"},
    includes_answers=True,
)

REPORT_NOTICE = "【通報草稿：須由人員逐項查核後，由人員依法通報；本系統不會送出】"
_REPORTER = (
    "通報單位",
    "　名稱：{organisation}",
    "　聯絡方式：{contact}",
    "　案件編號（本單位）：{reference}",
    "　通報人：{reporter}",
    "　知悉日期：{noticed_on}",
    "",
)
_ABOUT = (
    "當事人（不知者留白，不得推測）",
    "　姓名或稱呼：{called}",
    "　出生年月日或年齡：{born_or_age}",
    "　國籍（地區）：{nationality}",
    "　使用語言：{language}",
    "　目前所在：{address}",
    "　安全聯絡方式及時間：{safe_contact}",
    "　是否有立即危險：{danger}",
    "",
    "疑似加害人、雇主或仲介",
    "　姓名或名稱：{suspect}",
    "　地點：{where}",
    "",
    "當事人向本單位說過的內容（外文請先翻譯；與通報無關者刪除）",
    "{told}",
    "",
)
POLICE_REPORT = OfficeForm(
    code="report_police",
    notice=REPORT_NOTICE,
    is_report=True,
    lines=(
        "疑似人口販運案件通報（內容草稿）",
        "受通報機關：{office}（當地司法警察機關）",
        "依據：人口販運防制法第 9 條第 1 項（發現疑似人口販運案件，應立即通報）",
        "",
        *_REPORTER,
        *_ABOUT,
        "備註：通報人身分資訊應予保密（同法第 9 條第 3 項）；被害人身分資訊應予保密（第 19 條）。",
        "　　　疑似被害人於鑑別前，不得強制驅逐出國（境）（第 11 條第 8 項）。",
        "日期：{today}",
    ),
    events={"noticed_on": "noticed_police"},
    includes_answers=True,
)
CHILD_REPORT = OfficeForm(
    code="report_child",
    notice=REPORT_NOTICE,
    is_report=True,
    lines=(
        "兒童及少年保護案件通報（內容草稿）",
        "受通報機關：{office}（當地直轄市、縣（市）主管機關）",
        (
            "依據：兒童及少年性剝削防制條例第 7 條第 1 項；"
            "兒童及少年福利與權益保障法第 53 條第 1 項（至遲不得超過二十四小時）"
        ),
        "",
        *_REPORTER,
        *_ABOUT,
        "備註：通報人身分資料應予保密。",
        "日期：{today}",
    ),
    events={"noticed_on": "noticed_child"},
    includes_answers=True,
)
AGENCY_REPORT = OfficeForm(
    code="report_agency",
    notice=REPORT_NOTICE,
    is_report=True,
    lines=(
        "受聘僱外國人疑似遭受人口販運等行為通報（內容草稿）",
        "受通報機關：{office}（主管機關、入出國管理機關、警察機關或其他司法機關）",
        "依據：就業服務法第 40 條第 1 項第 19 款（知悉後二十四小時內）",
        "",
        *_REPORTER,
        *_ABOUT,
        "日期：{today}",
    ),
    events={"noticed_on": "noticed_agency"},
    includes_answers=True,
)

OFFICE_FORMS = OfficeForms(
    forms={
        it.code: it
        for it in (RESIDENCE, WORK, OBJECTION, POLICE_REPORT, CHILD_REPORT, AGENCY_REPORT)
    },
    format_day=format_minguo,
    draft_notice="【草稿：須由人員逐項查核；未經當事人看過並同意，不得送出】",
    record_blanks={
        "name": RecordBlank(_NAMES, is_chinese=True),
        "called": RecordBlank((*_NAMES, ("person.alias",)), separator=" "),
        "foreign_name": RecordBlank(_NAMES, is_chinese=False, separator=" "),
        "born": RecordBlank((("person.born",),)),
        "born_or_age": RecordBlank((("person.born",), ("person.age",))),
        "nationality": RecordBlank((("person.nationality",),)),
        "number": RecordBlank((("person.passport",), ("person.residence_number",))),
        "address": RecordBlank((("person.county", "person.city", "person.street"),)),
        "safe_contact": RecordBlank(
            (("person.mobile", "person.phone", "person.account", "person.email"),), separator="、"
        ),
        "permit_until": RecordBlank((("person.permit_until",),)),
        "where": RecordBlank(
            (
                ("place.county", "place.city", "place.street"),
                ("employer.county", "employer.city", "employer.street"),
                ("exploitation.place",),
            )
        ),
        "unit": RecordBlank((("identification.unit",),)),
        "suspect": RecordBlank((("suspect.name",), ("employer.name",))),
        "notice_number": RecordBlank((("identification.notice_number",),)),
    },
    contradiction_line="{values}（說法不一，待查）",
    call_back_line="{number}（可聯絡時間：{times}；他人接聽時：{if_other}）",
    not_said="未詢問，聯絡前請先洽通報單位",
    answer_line="　・{question}：「{answer}」",
    no_answers_line="　（沒有可以附上的內容）",
)
