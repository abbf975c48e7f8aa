#include "bridge/mail/message_mime.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "armor/hash.hpp"
#include "armor/hex.hpp"
#include "bridge/mail/metadata.hpp"

namespace immp::bridge {
namespace {

/// UTF-8 octets of one encoded-word: 45 octets are 60 characters of base64, 72 with `=?UTF-8?B?` and `?=`.
constexpr std::size_t kWordOctets = 45;

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; }) &&
           text.find("=?") == text.npos;
}

/// The longest prefix of at most `most` octets that does not cut a UTF-8 sequence.
std::size_t whole_prefix(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text.size();
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
        --most;
    return most;
}

/// `Sun, 22 Nov 2026 10:00:00 +0000` (RFC 5322, 3.3).
std::string mime_date(Time time) {
    static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    const auto two = [](auto number) {
        const std::string text = std::to_string(number);
        return text.size() < 2 ? "0" + text : text;
    };
    std::string out(kDays.substr(std::chrono::weekday(day).c_encoding() * 3, 3));
    out += ", " + two(static_cast<unsigned>(date.day())) + " ";
    out += kMonths.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3);
    out += " " + std::to_string(static_cast<int>(date.year())) + " " + two(clock.hours().count()) + ":" +
           two(clock.minutes().count()) + ":" + two(clock.seconds().count()) + " +0000";
    return out;
}

/// An address list; every IMID whose form is not a plain addr-spec goes into an encoded display name.
std::string mime_addresses(const std::vector<std::string>& imids) {
    std::string out;
    for (const std::string& imid : imids) {
        if (!out.empty()) out += ",\r\n ";
        const bool is_simple = imid.find('@') != imid.npos && is_plain(imid) &&
                               imid.find_first_of(" ()<>[]:;,\\\"") == imid.npos;
        out += is_simple ? imid : mime_text(imid) + " <undisclosed@invalid>";
    }
    return out;
}

std::string header(std::string_view name, std::string_view value) {
    return value.empty() ? std::string() : std::string(name) + ": " + std::string(value) + "\r\n";
}

std::string message_ids(const std::vector<std::string>& uuids, std::string_view domain) {
    std::string out;
    for (const std::string& uuid : uuids) {
        if (!out.empty()) out += "\r\n ";
        out += "<" + uuid + "@" + std::string(domain) + ">";
    }
    return out;
}

std::string sender_domain(const Envelope& envelope) {
    return envelope.from.substr(envelope.from.find('@') == std::string::npos ? 0
                                                                             : envelope.from.find('@') + 1);
}

std::string envelope_headers(const Envelope& envelope, std::string_view id) {
    const std::string domain = is_plain(sender_domain(envelope)) ? sender_domain(envelope) : "immp.invalid";
    std::string out;
    for (auto hop = envelope.received.rbegin(); hop != envelope.received.rend(); ++hop) {
        out += "Received: by " + (is_plain(hop->domain) ? hop->domain : mime_text(hop->domain)) +
               " with IMMP; " + mime_date(hop->timestamp) + "\r\n";
    }
    out += header("Date", mime_date(envelope.date));
    out += header("From", mime_addresses({envelope.from}));
    out += header("To", mime_addresses(envelope.to));
    out += header("Cc", mime_addresses(envelope.cc));
    if (!envelope.reply_to.empty()) out += header("Reply-To", mime_addresses({envelope.reply_to}));
    out += header("Subject", mime_text(envelope.subject));
    out += header("Message-ID", message_ids({envelope.id}, domain));
    if (!envelope.in_reply_to.empty())
        out += header("In-Reply-To", message_ids({envelope.in_reply_to}, domain));
    out += header("References", message_ids(envelope.references, domain));
    if (envelope.importance != Importance::normal) {
        out += header("Importance", envelope.importance == Importance::high ? "high" : "low");
    }
    out += header("X-IMMP-ID", id);
    return out + "MIME-Version: 1.0\r\n";
}

/// A media type is a token pair and may carry parameters; anything else is shown as octets.
std::string safe_type(std::string_view type) {
    const bool is_safe = is_plain(type) && type.find('/') != type.npos && type.size() < 200;
    return is_safe ? std::string(type) : "application/octet-stream";
}

void print_part(Segments& out, const Part& part) {
    const bool is_content = part.part_class == PartClass::content;
    std::string head = "Content-Type: " + safe_type(part.type);
    if (part.type.find(';') == std::string::npos) head += mime_parameter("name", part.id);
    head += "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: ";
    head += is_content ? "inline" : "attachment";
    head += mime_parameter("filename", part.id) + "\r\n\r\n";
    out.emplace_back(std::move(head));
    out.emplace_back(BodySegment{part.body, part.length, BodyEncoding::base64_lines});
}

}  // namespace

std::string mime_text(std::string_view utf8) {
    if (is_plain(utf8) && utf8.size() <= 900) return std::string(utf8);
    std::string out;
    while (!utf8.empty()) {
        const std::size_t count = whole_prefix(utf8, kWordOctets);
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + armor::encode_base64(as_bytes(utf8.substr(0, count))) + "?=";
        utf8.remove_prefix(count);
    }
    return out;
}

std::string mime_parameter(std::string_view name, std::string_view value) {
    std::string out = ";\r\n " + std::string(name);
    if (is_plain(value) && value.find_first_of("\"\\") == value.npos && value.size() <= 200) {
        return out + "=\"" + std::string(value) + "\"";
    }
    out += "*=UTF-8''";
    for (const char c : value) {
        const bool is_safe =
            std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
        out += is_safe ? std::string(1, c) : "%" + armor::encode_hex(as_bytes(std::string_view(&c, 1)));
    }
    return out;
}

Segments message_mime(const Message& message, std::string_view id) {
    Segments out;
    std::string head = envelope_headers(message.envelope, id);
    std::vector<const Part*> parts;
    for (const Part& part : message.parts) {
        if (part.type != kMetadataType) parts.push_back(&part);
    }
    std::ranges::stable_partition(parts,
                                  [](const Part* part) { return part->part_class == PartClass::content; });
    if (parts.size() == 1) {
        out.emplace_back(std::move(head));
        print_part(out, *parts.front());
        return out;
    }
    // Bodies are base64, so no body can hold the boundary; the id makes it differ between nested messages.
    const std::string boundary =
        "immp-" + armor::encode_hex(armor::hash("IMMP1 boundary", {message.envelope.id})).substr(0, 32);
    out.emplace_back(head + "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n");
    for (const Part* part : parts) {
        out.emplace_back("--" + boundary + "\r\n");
        print_part(out, *part);
    }
    out.emplace_back("--" + boundary + "--\r\n");
    return out;
}

}  // namespace immp::bridge
