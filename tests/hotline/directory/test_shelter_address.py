"""What staff would type as a shelter's address is recognised, and what they would not is left."""

from __future__ import annotations

from bot.hotline.directory.shelter_address import find_address

ADDRESSES = (
    "台北市大安區和平東路二段134巷5弄10號3樓",
    "和平東路二段",
    "中山路 12 之 3 號",
    "中山路12",
    "桃園市八德區大智里",
    "五樓之二",
    "12號",
    "市民大道三段",
    "12 Zhongshan N. Rd., Sec. 2",
    "No. 12, Lane 3, Heping East Road",
    "Lane 22, near the market",
    "5F, behind the temple",
    "3rd floor",
    "221B Baker Street",
    "Heping Street 14",
    "Jl. Merdeka No. 10",
    "Jalan Sudirman 5",
    "số 12 đường Lê Lợi",
    "ngõ 15",
    "ถนนสุขุมวิท 21",
    "ផ្លូវលេខ 271",
    "မဟာဗန္ဓုလလမ်း ၁၂",
    "25.0330, 121.5654",
    "25°02'N",
    "https://maps.app.goo.gl/abc",
    "https://www.google.com/maps/place/x",
    "7QQ32HM8+2V",
    "\uff11\uff12\u865f",
)
HARMLESS = (
    "",
    "02-2388-3095 ext. 12, ask for the night shift",
    "0912-345-678 (24 h, LINE: house24)",
    "night@house.example, answered within 2 hours",
    "專線 1955\uff0c24小時",
    "網路24小時留言",
    "桃園市、新竹縣",
    "桃園市八德區",
    "Women with up to 3 children; 8 beds in 4 rooms",
    "Read in its leaflet of 2026-11-01",
    "https://house.example/contact/12",
    "St. Mary's House",
    "Telephone call with the night shift, 14:30",
    "Call first: staff meet the person at a station",
    "Gọi trước 2 giờ",
    "โทร 02-000-0001 ตลอด 24 ชั่วโมง",
    "先打電話\uff0c社工會到車站接人",
    "街友也可以來",
    "第2次電話確認",
)


def test_what_looks_like_an_address_of_a_shelter_is_found() -> None:
    assert [it for it in ADDRESSES if not find_address(it)] == []


def test_how_a_shelter_is_reached_is_no_address() -> None:
    assert {it: found for it in HARMLESS if (found := find_address(it))} == {}
