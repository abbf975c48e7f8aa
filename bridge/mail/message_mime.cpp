#include "bridge/mail/message_mime.hpp"

#include <algorithm>

#include "armor/hash.hpp"
#include "armor/hex.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/mime_text.hpp"

namespace immp::bridge {
namespace {

std::string header(std::string_view name, std::string_view value) {
    return value.empty() ? std::string() : std::string(name) + ": " + std::string(value) + "\r\n";
}

/// UUIDs as message ids. What stands behind the `@` must be the same in a message and in all that name it,
/// and a reply knows no more of the other message than its UUID.
std::string message_ids(const std::vector<std::string>& uuids) {
    std::string out;
    for (const std::string& uuid : uuids) {
        if (!out.empty()) out += "\r\n ";
        out += "<" + uuid + "@immp.invalid>";
    }
    return out;
}

std::vector<std::string> one_or_none(const std::string& text) {
    return text.empty() ? std::vector<std::string>() : std::vector{text};
}

/// The last hop first (RFC 5321, 4.4).
std::string trail(const std::vector<Hop>& hops) {
    std::string out;
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        out += header("Received",
                      "by " + mime_text(hop->domain) + "\r\n with IMMP; " + mime_date(hop->timestamp));
    }
    return out;
}

/// No `Received`: mail programs take those for the word of the servers that they name.
std::string relays(const std::vector<RelayHop>& hops) {
    std::string out;
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        out += header("X-IMMP-Received-Via", mime_text(hop->domain) + "\r\n (" +
                                                 (hop->verified ? "verified" : "not verified") + "); " +
                                                 mime_date(hop->timestamp));
    }
    return out;
}

std::string envelope_headers(const Envelope& envelope, std::string_view id) {
    std::string out = trail(envelope.received) + relays(envelope.received_via);
    out += header("Date", mime_date(envelope.date));
    out += header("From", mime_addresses({envelope.from}));
    out += header("Sender", mime_addresses(one_or_none(envelope.sender)));
    out += header("To", mime_addresses(envelope.to));
    out += header("Cc", mime_addresses(envelope.cc));
    out += header("Reply-To", mime_addresses(one_or_none(envelope.reply_to)));
    // Nobody verified it; a mail program that knows no such header shows the forwarder alone.
    out += header("X-IMMP-Original-From", mime_addresses(one_or_none(envelope.original_from)));
    out += header("Subject", mime_text(envelope.subject));
    out += header("Message-ID", message_ids({envelope.id}));
    out += header("In-Reply-To", message_ids(one_or_none(envelope.in_reply_to)));
    out += header("References", message_ids(envelope.references));
    if (envelope.importance != Importance::normal) {
        out += header("Importance", envelope.importance == Importance::high ? "high" : "low");
    }
    for (const PushAction& action : envelope.actions)
        out += header("X-IMMP-Action", mime_text(action.label + ": " + action.uri));
    out += header("X-IMMP-ID", id);
    return out + "MIME-Version: 1.0\r\n";
}

/// A part's own type where a base64 body may have it: composite types may not (RFC 2045, 6.4).
std::string shown_type(std::string_view type) {
    constexpr std::size_t kMostType = 200;
    std::string top(type.substr(0, type.find('/')));
    std::ranges::transform(top, top.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const bool is_shown = is_plain_text(type) && type.find('/') != type.npos && type.size() <= kMostType &&
                          top != "multipart" && top != "message";
    return is_shown ? std::string(type) : "application/octet-stream";
}

void print_part(Segments& out, const Part& part) {
    const bool is_content = part.part_class == PartClass::content;
    std::string head = "Content-Type: " + shown_type(part.type);
    if (part.type.find(';') == std::string::npos) head += mime_parameter("name", part.id);
    head += "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: ";
    head += is_content ? "inline" : "attachment";
    head += mime_parameter("filename", part.id) + "\r\n\r\n";
    out.emplace_back(std::move(head));
    out.emplace_back(BodySegment{part.body, part.length, BodyEncoding::base64_lines});
}

/// The content first, then the others in their order.
std::vector<const Part*> shown_parts(const std::vector<Part>& parts) {
    std::vector<const Part*> shown;
    for (const Part& part : parts) {
        if (!is_metadata_type(part.type) || part.part_class == PartClass::content) shown.push_back(&part);
    }
    std::ranges::stable_partition(shown,
                                  [](const Part* part) { return part->part_class == PartClass::content; });
    return shown;
}

}  // namespace

Segments message_mime(const Message& message, std::string_view id) {
    Segments out;
    out.emplace_back(envelope_headers(message.envelope, id));
    auto& head = std::get<std::string>(out.front());
    const auto parts = shown_parts(message.parts);
    if (parts.size() == 1) {
        print_part(out, *parts.front());
        return out;
    }
    // Bodies are base64, so no body can hold the boundary; the id makes it differ between nested messages.
    const std::string boundary =
        "immp-" + armor::encode_hex(armor::hash("IMMP1 boundary", {message.envelope.id})).substr(0, 32);
    head += "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n";
    for (const Part* part : parts) {
        out.emplace_back("--" + boundary + "\r\n");
        print_part(out, *part);
    }
    out.emplace_back("--" + boundary + "--\r\n");
    return out;
}

}  // namespace immp::bridge
