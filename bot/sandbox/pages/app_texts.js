// The texts of the person's app, in the language of the app.

export const LANGUAGES = [
  ["id", "Bahasa Indonesia"],
  ["vi", "Tiếng Việt"],
  ["th", "ไทย"],
  ["tl", "Filipino"],
  ["zh-hant", "繁體中文"],
  ["en", "English"],
  ["km", "ខ្មែរ"],
  ["my", "မြန်မာ"],
  ["ja", "日本語"],
  ["zh-hans", "简体中文"],
  ["xx", "unknown (xx)"],
  ["", "none"],
];

/** Default first names. */
export const NAMES = {
  id: "Sari", vi: "Linh", th: "Malee", tl: "Jo", "zh-hant": "小安", en: "Kit", km: "Srey", my: "Aye", ja: "Hana", "zh-hans": "小林",
};

const TEXTS = {
  en: { start: "Start", message: "Message", edited: "edited", writing: "writing…", unblock: "Unblock", empty: "No messages here yet" },
  id: { start: "Mulai", message: "Pesan", edited: "diedit", writing: "mengetik…", unblock: "Buka blokir", empty: "Belum ada pesan" },
  vi: { start: "Bắt đầu", message: "Tin nhắn", edited: "đã sửa", writing: "đang nhập…", unblock: "Bỏ chặn", empty: "Chưa có tin nhắn" },
  th: { start: "เริ่ม", message: "ข้อความ", edited: "แก้ไขแล้ว", writing: "กำลังพิมพ์…", unblock: "เลิกบล็อก", empty: "ยังไม่มีข้อความ" },
  fil: { start: "Simulan", message: "Mensahe", edited: "binago", writing: "nagsusulat…", unblock: "I-unblock", empty: "Wala pang mensahe" },
  "zh-Hant": { start: "開始", message: "訊息", edited: "已編輯", writing: "輸入中…", unblock: "解除封鎖", empty: "還沒有訊息" },
  "zh-Hans": { start: "开始", message: "消息", edited: "已编辑", writing: "正在输入…", unblock: "取消屏蔽", empty: "还没有消息" },
  km: { start: "ចាប់ផ្ដើម", message: "សារ", edited: "បានកែ", writing: "កំពុងសរសេរ…", unblock: "ឈប់ទប់ស្កាត់", empty: "មិនទាន់មានសារ" },
  my: { start: "စတင်ရန်", message: "စာ", edited: "ပြင်ထားသည်", writing: "စာရေးနေသည်…", unblock: "ပြန်ဖွင့်ရန်", empty: "စာမရှိသေးပါ" },
  ja: { start: "開始", message: "メッセージ", edited: "編集済み", writing: "入力中…", unblock: "ブロック解除", empty: "まだメッセージがありません" },
};

/** Return the app's texts in a language, or in English. */
export function textsIn(tag) {
  return TEXTS[tag] ?? TEXTS.en;
}

/** Return a day in a language, with Latin digits. */
export function dayIn(tag, seconds) {
  return new Intl.DateTimeFormat(`${tag}-u-nu-latn`, { day: "numeric", month: "long" }).format(seconds * 1000);
}

/** Return a time of day. */
export function timeOf(seconds) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(seconds * 1000);
}
