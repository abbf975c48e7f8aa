// The MIME form is read back by a small reader of its own, so that what a mail program would see is compared,
// not the octets.
#include "bridge/mail/message_mime.hpp"

#include <gtest/gtest.h>

#include "armor/base64.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/mime_text.hpp"
#include "tests/mail/sample.hpp"

namespace immp::bridge {
namespace {

struct Entity {
    std::vector<std::pair<std::string, std::string>> headers;  // unfolded
    std::string body;

    [[nodiscard]] std::string header(std::string_view name) const {
        std::string found;
        for (const auto& [key, value] : headers) {
            EXPECT_TRUE(key != name || found.empty()) << name << " stands twice";
            if (key == name) found = value;
        }
        return found;
    }
};

/// Splits headers from body; every line must end with CRLF and no header line may be over 998.
Entity parse_entity(std::string_view text) {
    Entity entity;
    while (true) {
        const std::size_t end = text.find("\r\n");
        if (end == text.npos) {
            ADD_FAILURE() << "headers without end: " << text.substr(0, 100);
            return entity;
        }
        const std::string line(text.substr(0, end));
        text.remove_prefix(end + 2);
        if (line.empty()) break;
        EXPECT_LE(line.size(), 998u);
        EXPECT_EQ(line.find_first_of("\r\n"), line.npos);
        EXPECT_TRUE(is_plain_text(line) || line.find("=?") != line.npos) << line;
        if (line.front() == ' ') {
            entity.headers.back().second += line;
            continue;
        }
        const std::size_t colon = line.find(": ");
        if (colon == line.npos) ADD_FAILURE() << "no header: " << line;
        entity.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    entity.body = text;
    return entity;
}

std::vector<Entity> parse_parts(const Entity& entity) {
    const std::string type = entity.header("Content-Type");
    const std::size_t begin = type.find("boundary=\"") + 10;
    const std::string boundary = "--" + type.substr(begin, type.find('"', begin) - begin);
    std::vector<Entity> parts;
    std::string_view rest = entity.body;
    EXPECT_TRUE(rest.starts_with(boundary + "\r\n"));
    while (rest.starts_with(boundary + "\r\n")) {
        rest.remove_prefix(boundary.size() + 2);
        // The delimiter is the CRLF before the boundary too; an empty body's is the one that ends the
        // headers.
        const std::size_t end = rest.find("\r\n" + boundary);
        if (end == rest.npos) return parts;
        parts.push_back(parse_entity(std::string(rest.substr(0, end)) + "\r\n"));
        rest.remove_prefix(end + 2);
    }
    EXPECT_EQ(rest, boundary + "--\r\n");
    return parts;
}

std::string decoded_body(const Entity& entity) {
    EXPECT_EQ(entity.header("Content-Transfer-Encoding"), "base64");
    std::string text;
    for (std::size_t begin = 0; begin < entity.body.size();) {
        const std::size_t end = entity.body.find("\r\n", begin);
        EXPECT_NE(end, std::string::npos);
        EXPECT_LE(end - begin, 76u);
        text += entity.body.substr(begin, end - begin);
        begin = end + 2;
    }
    return std::string(as_text(armor::decode_base64(text).value()));
}

/// RFC 2047: encoded-words decoded, the blanks between two of them dropped.
std::string decoded_words(std::string_view text) {
    std::string out;
    bool after_word = false;
    while (!text.empty()) {
        if (text.starts_with("=?UTF-8?B?")) {
            const std::size_t end = text.find("?=");
            EXPECT_LE(end + 2, 75u) << "an encoded-word is at most 75 characters";
            out += as_text(armor::decode_base64(text.substr(10, end - 10)).value());
            text.remove_prefix(end + 2);
            after_word = true;
            continue;
        }
        const std::size_t word = text.find_first_not_of(' ');
        if (after_word && word != text.npos && text.substr(word).starts_with("=?UTF-8?B?")) {
            text.remove_prefix(word);
            continue;
        }
        after_word = false;
        out += text.front();
        text.remove_prefix(1);
    }
    return out;
}

std::string unfolded(std::string text) {
    for (std::size_t at = 0; (at = text.find("\r\n", at)) != text.npos;)
        text.erase(at, 2);
    return text;
}

/// RFC 2231 or quoted: the value of a parameter.
std::string parameter(const std::string& header, const std::string& name) {
    if (const std::size_t quoted = header.find("; " + name + "=\""); quoted != header.npos) {
        const std::size_t begin = quoted + name.size() + 4;
        return header.substr(begin, header.find('"', begin) - begin);
    }
    const std::size_t extended = header.find("; " + name + "*=UTF-8''");
    if (extended == header.npos) return "(none)";
    std::string out;
    for (std::size_t i = extended + name.size() + 11; i < header.size() && header[i] != ';'; ++i) {
        if (header[i] != '%') {
            out += header[i];
            continue;
        }
        out += static_cast<char>(std::stoi(header.substr(i + 1, 2), nullptr, 16));
        i += 2;
    }
    return out;
}

Entity entity_of(const Message& message) {
    const Segments segments = message_mime(message, "here");
    const std::string text = rendered(segments, kSampleBodies);
    EXPECT_EQ(wire_bytes(segments), text.size());
    return parse_entity(text);
}

TEST(MessageMime, CarriesTheEnvelopeInItsHeaders) {
    Message message = sample_message();
    message.envelope.in_reply_to = "1f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11";
    message.envelope.references = {"2f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11", message.envelope.in_reply_to};
    message.envelope.reply_to = "office@a.example";
    message.envelope.received.push_back({"b.example", at(1'790'000'002)});
    message.envelope.received_via = {{"gateway.example", at(1'790'000'001), true},
                                     {"c.example", at(1'790'000'002), false}};
    const Entity entity = entity_of(message);
    EXPECT_EQ(entity.header("From"), "alice@a.example");
    EXPECT_EQ(entity.header("To"), "bob@b.example, carol@b.example");
    EXPECT_EQ(entity.header("Cc"), "dave@c.example");
    EXPECT_EQ(entity.header("Reply-To"), "office@a.example");
    EXPECT_EQ(decoded_words(entity.header("Subject")), message.envelope.subject);
    EXPECT_EQ(entity.header("Date"), "Mon, 21 Sep 2026 14:13:20 +0000");
    EXPECT_EQ(entity.header("Message-ID"), "<" + std::string(kSampleId) + "@immp.invalid>");
    EXPECT_EQ(entity.header("In-Reply-To"), "<1f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11@immp.invalid>");
    EXPECT_EQ(entity.header("References"),
              "<2f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11@immp.invalid> "
              "<1f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11@immp.invalid>");
    EXPECT_EQ(entity.header("Importance"), "high");
    EXPECT_EQ(entity.header("MIME-Version"), "1.0");
    EXPECT_EQ(entity.header("X-IMMP-ID"), "here");
    ASSERT_EQ(entity.headers[0].first, "Received");
    EXPECT_EQ(entity.headers[0].second, "by b.example with IMMP; Mon, 21 Sep 2026 14:13:22 +0000")
        << "the last hop stands first";
    EXPECT_EQ(entity.headers[1].second, "by a.example with IMMP; Mon, 21 Sep 2026 14:13:21 +0000");
    ASSERT_EQ(entity.headers[2].first, "X-IMMP-Received-Via");
    EXPECT_EQ(entity.headers[2].second, "c.example (not verified); Mon, 21 Sep 2026 14:13:22 +0000");
    EXPECT_EQ(entity.headers[3].second, "gateway.example (verified); Mon, 21 Sep 2026 14:13:21 +0000");
}

TEST(MessageMime, SetsPartsApartByABoundary) {
    const Message message = sample_message();
    const auto parts = parse_parts(entity_of(message));
    ASSERT_EQ(parts.size(), 3u);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        EXPECT_EQ(decoded_body(parts[i]), kSampleBodies.at(static_cast<BodyId>(i + 1)));
        EXPECT_EQ(parameter(parts[i].header("Content-Disposition"), "filename"), message.parts[i].id);
    }
    EXPECT_EQ(parts[0].header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_TRUE(parts[0].header("Content-Disposition").starts_with("inline"));
    EXPECT_TRUE(parts[2].header("Content-Disposition").starts_with("attachment"));
    EXPECT_EQ(parameter(parts[2].header("Content-Type"), "name"), "käse.bin");
}

TEST(MessageMime, NeedsNoBoundaryForOnePart) {
    Message message = sample_message();
    message.parts.resize(1);
    message.parts[0].body = 4;
    message.parts[0].length = kSampleBodies.at(4).size();
    const Entity entity = entity_of(message);
    EXPECT_EQ(entity.header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(decoded_body(entity), kSampleBodies.at(4));
}

TEST(MessageMime, PutsTheContentFirstAndLeavesTheMetadataOut) {
    Message message = sample_message();
    message.parts[0].part_class = PartClass::attachment;
    message.parts[2].part_class = PartClass::content;
    message.parts[1].type = kMetadataType;
    const auto parts = parse_parts(entity_of(message));
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(decoded_body(parts[0]), kSampleBodies.at(3));
    EXPECT_EQ(decoded_body(parts[1]), kSampleBodies.at(1));
    message.parts = {message.parts[1]};
    message.parts[0].part_class = PartClass::content;
    EXPECT_EQ(entity_of(message).header("Content-Type"), "application/immp-metadata+json; name=\"empty\"")
        << "a message never is without a body";
}

TEST(MessageMime, ShowsNoCompositeTypeAroundBase64) {
    for (const char* type : {"multipart/mixed; boundary=x", "Message/RFC822", "MULTIPART/mixed", "no type",
                             "text/pl\rain", "text/\xc3\xbc"}) {
        Message message = sample_message();
        message.parts.resize(1);
        message.parts[0].type = type;
        const Entity entity = entity_of(message);
        EXPECT_TRUE(entity.header("Content-Type").starts_with("application/octet-stream")) << type;
    }
}

/// A peer's text in every place that it can reach, trying to begin a header or a part of its own.
TEST(MessageMime, LetsNoTextBeginALine) {
    Message good = sample_message();
    good.envelope.received_via = {{"gateway.example", at(5), false}};
    const std::size_t headers = entity_of(good).headers.size();
    for (const std::string line_end : {"\r\n", "\n", "\r", "\r\n\r\n", "\r\n ", "\xc2\x85"}) {
        const std::string hostile = "x" + line_end + "Bcc: eve@evil.example" + line_end + line_end + "--";
        Message message = good;
        message.envelope.subject = hostile;
        message.envelope.from = hostile + "@a.example";
        message.envelope.to = {hostile, "bob@b.example" + line_end + "X: y"};
        message.envelope.cc = {hostile};
        message.envelope.received[0].domain = message.envelope.received_via[0].domain = hostile;
        message.parts[1].id = message.parts[1].type = hostile;
        const Entity entity = entity_of(message);
        EXPECT_EQ(entity.headers.size(), headers);
        EXPECT_EQ(entity.header("Bcc"), "");
        EXPECT_EQ(decoded_words(entity.header("Subject")), hostile);
        const auto parts = parse_parts(entity);
        ASSERT_EQ(parts.size(), 3u);
        EXPECT_EQ(parts[1].headers.size(), 3u);
        EXPECT_EQ(parameter(parts[1].header("Content-Disposition"), "filename"), hostile);
    }
}

TEST(MimeText, EncodesWhatIsNotPlain) {
    for (const std::string text : {"plain text", "", "Grüße aus Köln",
                                   "日本語の件名がとても長いときには折り返される必要がある、とても長い件名",
                                   "looks like =?UTF-8?B?eA==?= one", " outer spaces ", " "})
        EXPECT_EQ(decoded_words(unfolded(mime_text(text))), text);
    EXPECT_EQ(mime_text("plain text"), "plain text");
    EXPECT_EQ(mime_text("ü"), "=?UTF-8?B?w7w=?=");
    EXPECT_EQ(mime_text(std::string(901, 'a')).substr(0, 10), "=?UTF-8?B?") << "no line is over 998";
}

TEST(MimeText, FoldsUnder76CharactersAndCutsNoCharacter) {
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += i % 3 == 0 ? "\xf0\x9f\x98\x80" : i % 3 == 1 ? "ß" : "a";
    const std::string encoded = mime_text(text);
    std::string joined;
    std::size_t lines = 0;
    for (std::string_view left = encoded; !left.empty(); ++lines) {
        const std::size_t end = std::min(left.find("\r\n"), left.size());
        const std::string_view line = left.substr(lines == 0 ? 0 : 1, end - (lines == 0 ? 0 : 1));
        EXPECT_LE(line.size() + std::string_view("Reply-To: ").size(), 76u);
        const std::string word(as_text(armor::decode_base64(line.substr(10, line.size() - 12)).value()));
        EXPECT_TRUE(is_header_text(word)) << "a character is cut";
        joined += word;
        left.remove_prefix(std::min(end + 2, left.size()));
    }
    EXPECT_GT(lines, 2u);
    EXPECT_EQ(joined, text);
}

TEST(MimeParameter, QuotesOrEncodes) {
    EXPECT_EQ(mime_parameter("name", "a b.txt"), ";\r\n name=\"a b.txt\"");
    EXPECT_EQ(mime_parameter("name", "a\"b"), ";\r\n name*=UTF-8''a%22b");
    EXPECT_EQ(mime_parameter("name", "a\\b"), ";\r\n name*=UTF-8''a%5Cb");
    EXPECT_EQ(mime_parameter("name", "ü;x"), ";\r\n name*=UTF-8''%C3%BC%3Bx");
    EXPECT_EQ(mime_parameter("name", "a\r\nb"), ";\r\n name*=UTF-8''a%0D%0Ab");
    EXPECT_EQ(mime_parameter("name", ""), ";\r\n name=\"\"");
}

TEST(MimeAddresses, HidesInANameWhatIsNoAddress) {
    EXPECT_EQ(mime_addresses({"a@b.example", "helpdesk/alice@a.example"}),
              "a@b.example,\r\n helpdesk/alice@a.example");
    for (const std::string imid : {"a.example", "\"x\"@a.example", "a,b@a.example", ".a@a.example", "a@b@c",
                                   "grün@a.example", "a@grün.example", "a@b.example/INBOX"}) {
        const std::string written = mime_addresses({imid});
        const std::size_t end = written.find("\r\n <undisclosed@invalid>");
        ASSERT_NE(end, written.npos) << imid;
        EXPECT_EQ(decoded_words(written.substr(0, end)), imid);
    }
    EXPECT_EQ(mime_addresses({}), "");
}

TEST(MimeDate, IsOfRfc5322) {
    EXPECT_EQ(mime_date(at(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
    EXPECT_EQ(mime_date(at(1'709'251'199)), "Thu, 29 Feb 2024 23:59:59 +0000");
}

}  // namespace
}  // namespace immp::bridge
