#include "bridge/mail/inner.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "armor/names.hpp"
#include "bridge/mail/metadata.hpp"
#include "tests/mail/sample.hpp"

namespace immp::bridge {
namespace {

int inner_code(std::string_view json) {
    const auto inner = parse_inner(json);
    return inner ? 0 : inner.error().code;
}

int texts_code(const Inner& inner) {
    const auto checked = check_texts(inner);
    return checked ? 0 : checked.error().code;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, text.npos) << what;
    return at == text.npos ? text : text.replace(at, what.size(), by);
}

TEST(Inner, GoesThereAndBack) {
    const std::string json = inner_json(sample_inner()).value();
    const auto read = parse_inner(json);
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(inner_json(*read).value(), json);
    const Envelope& envelope = read->message.envelope;
    EXPECT_EQ(envelope.subject, "Grüße \"from\" a\\b");
    EXPECT_EQ(envelope.expires, at(1'790'086'400));
    EXPECT_EQ(envelope.importance, Importance::high);
    EXPECT_TRUE(envelope.secure);
    ASSERT_EQ(envelope.received.size(), 1u);
    EXPECT_EQ(envelope.received[0].domain, "a.example");
    ASSERT_EQ(read->message.parts.size(), 3u);
    EXPECT_EQ(read->message.parts[2].id, "käse.bin");
    EXPECT_EQ(read->message.parts[2].length, 7u);
    EXPECT_EQ(read->message.parts[0].part_class, PartClass::content);
    EXPECT_EQ(read->recipients, sample_inner().recipients);
}

TEST(Inner, TellsItsKind) {
    Inner inner = sample_inner();
    const auto as_mail = message_digest(inner.message);
    inner.message.envelope.kind = Kind::key;
    const std::string json = inner_json(inner).value();
    EXPECT_NE(json.find(R"("kind":"key")"), json.npos);
    EXPECT_EQ(parse_inner(json)->message.envelope.kind, Kind::key);
    EXPECT_NE(message_digest(inner.message), as_mail);
}

TEST(Inner, SaysOnlyWhatApplies) {
    Inner bare = plain_inner(0);
    bare.message.envelope.cc.clear();
    bare.message.envelope.expires.reset();
    bare.message.envelope.importance = Importance::normal;
    bare.message.envelope.secure = false;
    const std::string json = inner_json(bare).value();
    for (const char* key : {"\"cc\"", "expires", "importance", "secure", "token"})
        EXPECT_EQ(json.find(key), json.npos) << key;
    EXPECT_EQ(inner_code(json), 0);
}

/// Members of one object by hand, so that one can be left out, doubled or changed.
using Members = std::vector<std::pair<std::string, std::string>>;

const Members kMembers = {
    {"id", "\"0f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11\""},
    {"kind", "\"mail\""},
    {"from", "\"alice@a.example\""},
    {"recipients", "[\"bob@b.example\"]"},
    {"to", "[\"bob@b.example\"]"},
    {"cc", "[\"carol@c.example\"]"},
    {"subject", "\"s\""},
    {"date", "\"2026-09-21T14:13:20Z\""},
    {"expires", "\"2026-09-22T14:13:20Z\""},
    {"importance", "\"low\""},
    {"secure", "true"},
    {"received", R"([{"domain":"a.example","timestamp":"2026-09-21T14:13:20Z"}])"},
    {"parts", R"([{"id":"t","type":"text/plain","class":"content","length":0}])"},
};

std::string object_of(const Members& members) {
    std::string out;
    for (const auto& [key, value] : members)
        out += (out.empty() ? "{\"" : ",\"") + key + "\":" + value;
    return out + "}";
}

std::string with(std::string_view key, const std::string& value) {
    Members members = kMembers;
    for (auto& [name, old] : members) {
        if (name == key) old = value;
    }
    return object_of(members);
}

TEST(Inner, MissesNoKeyItNeeds) {
    ASSERT_EQ(inner_code(object_of(kMembers)), 0);
    for (std::size_t i = 0; i < kMembers.size(); ++i) {
        Members fewer = kMembers;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        const std::string& key = kMembers[i].first;
        const bool is_needed = key == "id" || key == "kind" || key == "from" || key == "recipients" ||
                               key == "date" || key == "parts";
        EXPECT_EQ(inner_code(object_of(fewer)), is_needed ? 400 : 0) << key;
    }
}

TEST(Inner, TakesNoKeyTwiceAndNoOther) {
    for (const auto& member : kMembers) {
        Members more = kMembers;
        more.push_back(member);
        EXPECT_EQ(inner_code(object_of(more)), 400) << member.first;
    }
    Members more = kMembers;
    more.emplace_back("bcc", "[]");
    EXPECT_EQ(inner_code(object_of(more)), 400);
    EXPECT_EQ(inner_code(with("parts", R"([{"id":"t","type":"a/b","class":"content","length":0,"x":1}])")),
              400);
    EXPECT_EQ(
        inner_code(with("received", R"([{"domain":"a.example","timestamp":"2026-09-21T14:13:20Z","x":1}])")),
        400);
}

TEST(Inner, TakesNoValueOfAnotherKind) {
    for (const auto& [key, value] : kMembers) {
        for (const char* other : {"1", "null", "{}", "\"\"", "[1]", "false"}) {
            const bool is_legal = (key == "from" || key == "subject") && std::string_view(other) == "\"\"";
            const bool is_flag = key == "secure" && std::string_view(other) == "false";
            EXPECT_EQ(inner_code(with(key, other)), is_legal || is_flag ? 0 : 400) << key << " " << other;
        }
    }
    EXPECT_EQ(inner_code(with("id", "\"0F6D9D1E-5B1C-4C83-9F60-7D2F5F8F7C11\"")), 400) << "upper case";
    EXPECT_EQ(inner_code(with("kind", "\"letter\"")), 400);
    EXPECT_EQ(inner_code(with("date", "\"2026-09-21\"")), 400);
    EXPECT_EQ(inner_code(with("importance", "\"urgent\"")), 400);
    EXPECT_EQ(inner_code(with("recipients", "[]")), 400) << "an item for nobody";
    EXPECT_EQ(inner_code(with("received", R"([{"domain":"a..b","timestamp":"2026-09-21T14:13:20Z"}])")), 400);
    EXPECT_EQ(inner_code(with("received", R"([{"domain":"a\r\nb","timestamp":"2026-09-21T14:13:20Z"}])")),
              400);
}

TEST(Inner, HasExactlyOneContentPart) {
    EXPECT_EQ(inner_code(with("parts", "[]")), 400);
    EXPECT_EQ(inner_code(with("parts", R"([{"id":"t","type":"a/b","length":0}])")), 400);
    EXPECT_EQ(inner_code(with("parts", R"([{"id":"t","type":"a/b","class":"content","length":0},)"
                                       R"({"id":"u","type":"a/b","class":"content","length":0}])")),
              400);
    EXPECT_EQ(inner_code(with("parts", R"([{"id":"t","type":"a/b","class":"attachment","length":0}])")), 400);
    EXPECT_EQ(inner_code(with("parts", R"([{"id":"t","type":"a/b","class":"content","length":-1}])")), 400);
    EXPECT_EQ(inner_code(with("parts", R"([{"id":"t","type":"a/b","class":"content","length":1e3}])")), 400);
}

TEST(Inner, IsOneJsonLine) {
    const std::string json = object_of(kMembers);
    for (const std::string& bad : {std::string(), "[" + json + "]", " " + json, json + "\n", json + json,
                                   "\xef\xbb\xbf" + json, json.substr(0, json.size() - 1),
                                   replaced(json, "\"s\"", "\"\xff\""), replaced(json, "\"s\"", "\"\n\"")})
        EXPECT_EQ(inner_code(bad), 400) << bad;
}

template <class Make>
std::string list_of(std::size_t count, Make make) {
    std::string out = "[";
    for (std::size_t i = 0; i < count; ++i)
        out += (i > 0 ? "," : "") + make(i);
    return out + "]";
}

TEST(Inner, IsBounded) {
    const auto name = [](std::size_t) { return std::string("\"b@b.example\""); };
    EXPECT_EQ(inner_code(with("recipients", list_of(kMaxItemRecipients, name))), 0);
    EXPECT_EQ(inner_code(with("recipients", list_of(kMaxItemRecipients + 1, name))), 413);
    const auto hop = [](std::size_t) {
        return std::string(R"({"domain":"a.example","timestamp":"2026-09-21T14:13:20Z"})");
    };
    EXPECT_EQ(inner_code(with("received", list_of(kMaxItemHops, hop))), 0);
    EXPECT_EQ(inner_code(with("received", list_of(kMaxItemHops + 1, hop))), 413);
    const auto part = [](std::size_t i) {
        return R"({"id":")" + std::to_string(i) + R"(","type":"a/b",)" +
               (i == 0 ? R"("class":"content",)" : "") + R"("length":0})";
    };
    EXPECT_EQ(inner_code(with("parts", list_of(kMaxItemParts, part))), 0);
    EXPECT_EQ(inner_code(with("parts", list_of(kMaxItemParts + 1, part))), 413);
    const std::size_t rest = with("subject", "\"\"").size();
    const auto subject = [](std::size_t octets) { return "\"" + std::string(octets, 's') + "\""; };
    EXPECT_EQ(inner_code(with("subject", subject(kMaxInnerBytes - rest))), 0);
    EXPECT_EQ(inner_code(with("subject", subject(kMaxInnerBytes - rest + 1))), 413);
    Inner large = sample_inner();
    large.message.envelope.subject.assign(kMaxInnerBytes, 's');
    EXPECT_EQ(inner_json(large).error().code, 413);
}

TEST(InnerTexts, HoldNoControls) {
    EXPECT_EQ(texts_code(sample_inner()), 0);
    for (const char* control : {"\r", "\n", "\t", "\x1b", "\x7f", "\xc2\x80", "\xc2\x9f"}) {
        const std::string text = std::string("a") + control + "b";
        for (int field = 0; field < 7; ++field) {
            Inner inner = sample_inner();
            std::string* const fields[] = {&inner.message.envelope.subject,
                                           &inner.message.envelope.from,
                                           &inner.message.envelope.to[1],
                                           &inner.message.envelope.cc[0],
                                           &inner.message.parts[1].id,
                                           &inner.message.parts[1].type,
                                           &inner.recipients[1]};
            *fields[field] = text;
            EXPECT_EQ(texts_code(inner), 452) << field << " " << testing::PrintToString(text);
            // What is refused here still has a form: its recipients can be answered.
            EXPECT_EQ(inner_code(inner_json(inner).value()), 0);
        }
    }
}

TEST(InnerTexts, AreNotLongerThanThoseTakenHere) {
    Inner inner = sample_inner();
    std::string& subject = inner.message.envelope.subject;
    subject.assign(kMaxItemSubjectBytes, 's');
    EXPECT_EQ(texts_code(inner), 0);
    subject += 's';
    EXPECT_EQ(texts_code(inner), 452);
    EXPECT_EQ(inner_code(inner_json(inner).value()), 0) << "its recipients can be answered";
    for (int field = 0; field < 4; ++field) {
        Inner named = sample_inner();
        std::string* const fields[] = {&named.message.envelope.from, &named.message.envelope.to[1],
                                       &named.message.envelope.cc[0], &named.recipients[1]};
        fields[field]->assign(armor::kMaxImidBytes, 'n');
        EXPECT_EQ(texts_code(named), 0) << field;
        *fields[field] += 'n';
        EXPECT_EQ(texts_code(named), 452) << field;
    }
    Inner forwarded = sample_inner();
    forwarded.message.envelope.original_from.assign(armor::kMaxImidBytes + 1, 'n');
    EXPECT_EQ(texts_code(forwarded), 452);
}

TEST(InnerTexts, ShowAsManyNamesAsMetadataMay) {
    for (const bool is_cc : {false, true}) {
        Inner inner = sample_inner();
        auto& names = is_cc ? inner.message.envelope.cc : inner.message.envelope.to;
        names.assign(kMaxMetadataNames, "b@b.example");
        EXPECT_EQ(texts_code(inner), 0) << is_cc;
        names.emplace_back("b@b.example");
        EXPECT_EQ(texts_code(inner), 452) << is_cc;
    }
}

TEST(InnerTexts, NamePartsAsDataDoes) {
    for (const char* name : {"", ".", "..", "a/b", "a\\b", "/etc/passwd"}) {
        Inner inner = sample_inner();
        inner.message.parts[1].id = name;
        EXPECT_EQ(texts_code(inner), 452) << name;
    }
    Inner doubled = sample_inner();
    doubled.message.parts[1].id = "text";
    EXPECT_EQ(texts_code(doubled), 452);
    Inner untyped = sample_inner();
    untyped.message.parts[1].type = "text";
    EXPECT_EQ(texts_code(untyped), 452);
}

TEST(MessageDigest, TellsAllThatARecipientSees) {
    const Message message = sample_inner().message;
    const armor::Digest digest = message_digest(message);
    const std::vector<std::function<void(Message&)>> changes = {
        [](Message& m) { m.envelope.id.back() = '2'; },
        [](Message& m) { m.envelope.from += "x"; },
        [](Message& m) { m.envelope.to.pop_back(); },
        [](Message& m) { m.envelope.cc.clear(); },
        [](Message& m) { m.envelope.subject += " "; },
        [](Message& m) { m.envelope.date += std::chrono::seconds(1); },
        [](Message& m) { m.envelope.expires.reset(); },
        [](Message& m) { m.envelope.importance = Importance::low; },
        [](Message& m) { m.envelope.secure = false; },
        [](Message& m) { m.parts[0].id += "x"; },
        [](Message& m) { m.parts[0].type += "x"; },
        [](Message& m) { m.parts[0].digest[31] ^= 1; },
        [](Message& m) { m.parts.pop_back(); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Message other = message;
        changes[i](other);
        EXPECT_NE(message_digest(other), digest) << "change " << i;
    }
    Message elsewhere = message;
    elsewhere.envelope.received.push_back({"relay.example", at(5)});
    elsewhere.envelope.received_via.push_back({"relay.example", at(5), true});
    elsewhere.parts[0].body = 77;
    EXPECT_EQ(message_digest(elsewhere), digest)
        << "the trail and the place in the store are not the message";
}

}  // namespace
}  // namespace immp::bridge
