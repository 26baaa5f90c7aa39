"""What each button means, in every language: a reversed answer on a safety question is dangerous.

The labels stand here as they were agreed, apart from the catalogues: whoever changes one there is
asked whether it still says what its code says. The polarity differs between languages (some ask
whether somebody has reached 18), so what counts is the button, never a yes or a no.
"""

from __future__ import annotations

import pytest

from bot.app.texts import build_system_texts
from bot.conversation import Choose, FlowRegistry, Frame
from bot.dispatch.rendering import Renderer
from bot.languages import FALLBACK, LANGUAGES
from bot.settings import Settings
from flows import ALL_FLOWS

BOOK = FlowRegistry(ALL_FLOWS)
QUESTIONS = {
    "seen": ("return_check", "seen", ("someone", "nobody", "unsure")),
    "age": ("report", "under_18", ("under", "adult", "unsaid")),
    "safe": ("report", "safe", ("safe", "not_safe", "unsure")),
    "danger": ("danger", "tell", ("now", "not_yet")),
    "pass_on": ("more_choices", "pass_on", ("may", "ask_first", "keep_here")),
    "contact": ("contact", "contact_rule", ("when_i_write", "hours", "any_time")),
    "send": ("report", "send", ("send", "later")),
}
"""Questions on which most hangs ([b], [g], safety, [k], [h], [o] and [c] of the language guides):
flow, step, and what each button means."""
MEANS = {
    "id": {
        "seen": ("Ada yang bisa lihat", "Tidak ada yang lihat", "Tidak yakin"),
        "age": ("Di bawah 18", "Umur 18 ke atas", "Tidak mau jawab"),
        "safe": ("Saya aman di sini", "Saya tidak aman", "Tidak yakin"),
        "danger": ("Beri tahu sekarang", "Jangan dulu"),
        "pass_on": ("Boleh beri tahu", "Tanya saya dulu", "Jangan beri tahu"),
        "contact": ("Hanya saat saya tulis", "Jam tertentu", "Kapan saja"),
        "send": ("Kirim", "Jangan sekarang"),
    },
    "vi": {
        "seen": ("Có người xem được", "Không ai xem được", "Không chắc"),
        "age": ("Dưới 18 tuổi", "Từ 18 tuổi trở lên", "Không muốn nói"),
        "safe": ("Ở đây tôi an toàn", "Tôi không an toàn", "Không chắc"),
        "danger": ("Báo cho họ ngay", "Chưa báo"),
        "pass_on": ("Đồng ý chuyển cho họ", "Hỏi tôi trước", "Đừng chuyển cho họ"),
        "contact": ("Chỉ khi tôi nhắn", "Một số giờ nhất định", "Lúc nào cũng được"),
        "send": ("Gửi", "Chưa gửi lúc này"),
    },
    "zh_Hant": {
        "seen": ("有人看得到", "沒有人", "不確定"),
        "age": ("還沒滿 18 歲", "滿 18 歲了", "不想說"),
        "safe": ("我在這裡安全", "我不安全", "不確定"),
        "danger": ("好，現在告訴他們", "先不要"),  # noqa: RUF001 - a comma of theirs
        "pass_on": ("可以告訴他們", "要先問我", "不要告訴他們"),
        "contact": ("只在我先傳訊息時", "只在某些時段", "什麼時候都可以"),
        "send": ("送出", "現在先不要"),
    },
    "fil": {
        "seen": ("May makakakita", "Walang makakakita", "Di sigurado"),
        "age": ("Wala pang 18", "Edad 18 pataas", "Ayokong sabihin"),
        "safe": ("Ligtas ako dito", "Hindi ako ligtas", "Di sigurado"),
        "danger": ("Sabihan na ngayon", "Huwag muna"),
        "pass_on": ("Puwede silang sabihan", "Tanungin muna ako", "Huwag silang sabihan"),
        "contact": ("Pag sumulat lang ako", "Sa piling mga oras", "Kahit anong oras"),
        "send": ("Ipadala", "Huwag muna"),
    },
    "th": {
        "seen": ("มีคนเห็นได้", "ไม่มีใครเห็น", "ไม่แน่ใจ"),
        "age": ("ต่ำกว่า 18 ปี", "อายุ 18 ปีขึ้นไป", "ไม่อยากตอบ"),
        "safe": ("ที่นี่ปลอดภัย", "ไม่ปลอดภัย", "ไม่แน่ใจ"),
        "danger": ("บอกเลย", "ยังไม่ต้อง"),
        "pass_on": ("อนุญาตให้บอก", "ให้ถามก่อน", "อย่าบอกองค์กรนั้น"),
        "contact": ("หลังทักไปก่อนเท่านั้น", "บางช่วงเวลา", "เมื่อไรก็ได้"),
        "send": ("ส่ง", "ยังไม่ส่ง"),
    },
    "km": {
        "seen": ("មានគេមើលឃើញ", "គ្មានគេឃើញទេ", "មិនប្រាកដ"),
        "age": ("ក្រោម 18 ឆ្នាំ", "18 ឆ្នាំឡើងទៅ", "មិនចង់ប្រាប់"),
        "safe": ("ទីនេះខ្ញុំមានសុវត្ថិភាព", "ខ្ញុំគ្មានសុវត្ថិភាព", "មិនប្រាកដ"),
        "danger": ("ប្រាប់គេឥឡូវ", "មិនទាន់ទេ"),
        "pass_on": ("ប្រាប់គេបាន", "សួរខ្ញុំសិន", "កុំប្រាប់គេ"),
        "contact": ("តែពេលខ្ញុំសរសេរមុន", "តាមម៉ោងកំណត់", "ពេលណាក៏បាន"),
        "send": ("ផ្ញើ", "មិនមែនឥឡូវ"),
    },
    "my": {
        "seen": ("မြင်နိုင်တယ်", "ဘယ်သူမှ မမြင်နိုင်ဘူး", "မသေချာဘူး"),
        "age": ("18 နှစ် မပြည့်သေး", "18 နှစ် ပြည့်ပြီ", "မပြောချင်ဘူး"),
        "safe": ("ဒီမှာ ဘေးကင်းတယ်", "ဘေးမကင်းဘူး", "မသေချာဘူး"),
        "danger": ("အခု ပြောပေးပါ", "မပြောပါနဲ့ဦး"),
        "pass_on": ("ပြောပြလို့ ရတယ်", "ကိုယ့်ကို အရင်မေးပါ", "မပြောပါနဲ့"),
        "contact": ("ကိုယ် အရင်ရေးမှ", "အချိန် သတ်မှတ်ပြီး", "ဘယ်အချိန်မဆို"),
        "send": ("ပို့မယ်", "အခု မပို့သေးဘူး"),
    },
    "zh_Hans": {
        "seen": ("有人能看到", "没有人能看到", "不确定"),
        "age": ("还没满 18 岁", "满 18 岁了", "不想说"),
        "safe": ("我在这里安全", "我不安全", "不确定"),
        "danger": ("好，现在告诉他们", "先不要"),  # noqa: RUF001 - a comma of theirs
        "pass_on": ("可以告诉他们", "先问我", "不要告诉他们"),
        "contact": ("只在我先发消息时", "在固定的时间", "什么时候都可以"),
        "send": ("发送", "先不发送"),
    },
    "ja": {
        "seen": ("見られる", "だれにも見られない", "わからない"),
        "age": ("18歳未満", "18歳以上", "言いたくない"),
        "safe": ("ここは安全です", "安全ではありません", "わからない"),
        "danger": ("今、知らせる", "まだ知らせない"),
        "pass_on": ("伝えてもいい", "先に聞いてほしい", "伝えないでほしい"),
        "contact": ("自分が書いたときだけ", "決まった時間に", "いつでも"),
        "send": ("送る", "今は送らない"),
    },
}
"""By language: what stands on the buttons of each, in the order of their meanings."""


@pytest.fixture(scope="module")
def screens() -> Renderer:
    settings = Settings(organisation="Garden House", contact="c", hours="09:00-21:00")
    return Renderer(build_system_texts(settings))


def meant(screens: Renderer, tag: str, name: str) -> list[str | None]:
    """Return what pressing the agreed labels of a question comes to."""
    flow, step, _codes = QUESTIONS[name]
    question = BOOK.question(flow, step)
    assert isinstance(question, Choose)
    asked = question.ask(Frame(flow, step), back=False)
    return [screens.code_of_label(asked, tag, label) for label in MEANS[tag][name]]


def test_every_language_has_its_labels() -> None:
    assert MEANS.keys() == LANGUAGES.keys() - {FALLBACK}
    for labels in MEANS.values():
        assert labels.keys() == QUESTIONS.keys()
        assert all(len(labels[name]) == len(codes) for name, (_, _, codes) in QUESTIONS.items())


def otherwise(screens: Renderer) -> set[tuple[str, str]]:
    """Return the questions (language, name) whose buttons mean something else than was agreed."""
    return {
        (tag, name)
        for tag in MEANS
        for name, (_flow, _step, codes) in QUESTIONS.items()
        if tuple(meant(screens, tag, name)) != codes
    }


def test_a_button_means_what_was_agreed(screens: Renderer) -> None:
    assert otherwise(screens) == set()


def test_a_reversed_answer_would_be_found(
    screens: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    under, adult, unsaid = MEANS["km"]["age"]
    monkeypatch.setitem(MEANS["km"], "age", (adult, under, unsaid))
    assert otherwise(screens) == {("km", "age")}
