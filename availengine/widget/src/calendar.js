// The booking as a file for calendars, made here: its address works in this page only.

const escaped = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
const stamp = (moment) => new Date(moment).toISOString().replace(/[-:]|\.\d+/g, "");

export function calendarFile({ answer, business, names, slot }) {
  const { id, confirmation_code: code } = answer.booking;
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//AvailEngine//Widget//EN", "BEGIN:VEVENT",
    `UID:${id}`, `DTSTAMP:${stamp(Date.now())}`,
    `DTSTART:${stamp(slot.starts_at)}`, slot.ends_at && `DTEND:${stamp(slot.ends_at)}`,
    `SUMMARY:${escaped(`${names.join(", ")}, ${business.name}`)}`, `DESCRIPTION:${escaped(code)}`,
    business.address && `LOCATION:${escaped(business.address)}`, "END:VEVENT", "END:VCALENDAR", "",
  ];
  const text = lines.filter((line) => line !== undefined && line !== null).join("\r\n");
  return URL.createObjectURL(new Blob([text], { type: "text/calendar" }));
}
