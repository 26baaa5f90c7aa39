"""Where in Taiwan: its 22 counties and cities by the codes of ISO 3166-2:TW, and elsewhere."""

from bot.text import Text, _, pgettext

COUNTIES: dict[str, Text] = {
    # Translators: places in Taiwan. Write them as people who live there know them.
    "TPE": _("Taipei"),
    "NWT": _("New Taipei"),
    "TAO": _("Taoyuan"),
    "TXG": _("Taichung"),
    "TNN": _("Tainan"),
    "KHH": _("Kaohsiung"),
    "KEE": _("Keelung"),
    "HSZ": _("Hsinchu City"),
    "HSQ": _("Hsinchu County"),
    "MIA": _("Miaoli"),
    "CHA": _("Changhua"),
    "NAN": _("Nantou"),
    "YUN": _("Yunlin"),
    "CYI": _("Chiayi City"),
    "CYQ": _("Chiayi County"),
    "PIF": _("Pingtung"),
    "ILA": _("Yilan"),
    "HUA": _("Hualien"),
    "TTT": _("Taitung"),
    "PEN": _("Penghu"),
    "KIN": _("Kinmen"),
    # Translators: the islands of Lienchiang County (連江縣, 馬祖).
    "LIE": _("Matsu (Lienchiang)"),
    # Translators: on a ship.
    "at_sea": pgettext("place", "At sea"),
    "abroad": pgettext("place", "Outside Taiwan"),
}
"""Code to name; what a person chooses is kept as the code."""
