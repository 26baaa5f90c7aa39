"""The counties and cities of Taiwan by their ISO 3166-2:TW codes, and places elsewhere."""

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
"""Names by code. The code is stored."""
