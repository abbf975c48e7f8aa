// Base64, hex, times, names, UUIDs.
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/names.hpp"
#include "armor/random.hpp"
#include "armor/time_text.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/vector_file.hpp"

namespace immp::tests {
namespace {

using namespace armor;

struct Base64Case {
    std::string text;
    std::optional<std::string> octets;  // nullopt: refused
};

std::vector<Base64Case> base64_cases() {
    std::vector<Base64Case> cases;
    std::istringstream lines(read_file(tests_path("vectors/base64.txt")));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        const std::size_t space = line.find(' ');
        const std::string text = line.substr(0, space) == "-" ? "" : line.substr(0, space);
        const std::string octets = line.substr(space + 1);
        if (octets == "refused") {
            cases.push_back({text, std::nullopt});
        } else {
            cases.push_back({text, octets == "-" ? "" : octets});
        }
    }
    return cases;
}

TEST(Base64, ReadsTheOneEncodingAndNoOther) {
    const auto cases = base64_cases();
    ASSERT_GT(cases.size(), 25U);
    for (const auto& [text, octets] : cases) {
        const auto decoded = decode_base64(text);
        ASSERT_EQ(decoded.has_value(), octets.has_value()) << text;
        if (!decoded) {
            EXPECT_EQ(decoded.error().code, 415) << text;
            EXPECT_FALSE(decoded.error().temporary());
            continue;
        }
        EXPECT_EQ(encode_hex(*decoded), *octets) << text;
        EXPECT_EQ(encode_base64(*decoded), text);
    }
}

// nullopt for refused, at whatever piece.
std::optional<Bytes> decode_pieces(const std::vector<std::string_view>& pieces) {
    Base64Decoder decoder;
    Bytes octets;
    for (const std::string_view piece : pieces) {
        const auto some = decoder.append(piece);
        if (!some) {
            EXPECT_EQ(some.error().code, 415);
            EXPECT_FALSE(decoder.append("AAAA")) << "an error is final";
            EXPECT_FALSE(decoder.finish());
            return std::nullopt;
        }
        octets.insert(octets.end(), some->begin(), some->end());
    }
    if (!decoder.finish()) return std::nullopt;
    return octets;
}

TEST(Base64, IsTheSameHoweverItIsCut) {
    for (const auto& [text, octets] : base64_cases()) {
        const auto whole = decode_base64(text);
        const auto expected = whole ? std::optional(*whole) : std::nullopt;
        std::vector<std::string_view> single;
        for (std::size_t at = 0; at < text.size(); ++at)
            single.push_back(std::string_view(text).substr(at, 1));
        EXPECT_EQ(decode_pieces(single), expected) << text;
        for (std::size_t at = 0; at <= text.size(); ++at)
            EXPECT_EQ(
                decode_pieces({std::string_view(text).substr(0, at), std::string_view(text).substr(at)}),
                expected)
                << text << " cut at " << at;
    }
}

TEST(Base64, LongTextComesBack) {
    for (std::size_t size = 0; size < 300; ++size) {
        const Bytes octets = random_bytes(size);
        const std::string text = encode_base64(octets);
        EXPECT_EQ(text.size(), base64_bytes(size));
        EXPECT_EQ(decode_base64(text).value(), octets);
        EXPECT_EQ(decode_base64url(encode_base64url(octets)).value(), octets);
    }
}

TEST(Base64Url, HasNoPaddingAndItsOwnAlphabet) {
    const Bytes octets{0xfb, 0xff, 0xbf, 0xff};
    EXPECT_EQ(encode_base64url(octets), "-_-__w");
    EXPECT_EQ(decode_base64url("-_-__w").value(), octets);
    for (const char* text : {"+/+//w", "-_-__w==", "-_-__x", "-_-__", "A", "-_-_ "})
        EXPECT_EQ(decode_base64url(text).error().code, 415) << text;
}

TEST(Hex, IsLowerCaseOnly) {
    const Bytes octets{0x00, 0x9a, 0xff};
    EXPECT_EQ(encode_hex(octets), "009aff");
    EXPECT_EQ(decode_hex("009aff").value(), octets);
    for (const char* text : {"009AFF", "009af", "0x9a", "g0", " 0"})
        EXPECT_EQ(decode_hex(text).error().code, 415) << text;
}

TEST(TimeText, HasOneForm) {
    for (const char* text : {"1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2026-03-01T12:00:00Z",
                             "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"})
        EXPECT_EQ(time_text(parse_time(text).value()), text);
    EXPECT_EQ(parse_time("2001-09-09T01:46:40Z").value().time_since_epoch().count(), 1'000'000'000);
    for (const char* text :
         {"2026-03-01 12:00:00Z", "2026-03-01T12:00:00", "2026-03-01t12:00:00z", "2026-3-01T12:00:00Z",
          "2026-13-01T12:00:00Z", "2026-02-29T12:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z",
          "2026-03-01T12:00:60Z", "2026-03-01T12:00:00+0", "2026-00-01T12:00:00Z", ""})
        EXPECT_EQ(parse_time(text).error().code, 400) << text;
}

TEST(Names, DomainsAreUnicodeLabels) {
    for (const char* text : {"a.example", "example", "bücher.example", "a-b.c1.example", "例え.テスト"})
        EXPECT_TRUE(is_domain(text)) << text;
    for (const char* text :
         {"",           ".",           "a..b",         ".a",         "a.",
          "A.example",  "a_b.example", "-a.example",   "a-.example", "xn--bcher-kva.example",
          "a.xn--p1ai", "a b",         "a@b",          "a/b",        "a:25",
          "b\xff",      "b\xc3",       "\xed\xa0\x80", "\xc0\xaf",   "\xf5\x80\x80\x80"})
        EXPECT_FALSE(is_domain(text)) << text;
    EXPECT_TRUE(is_domain(std::string(255, 'a')));
    EXPECT_FALSE(is_domain(std::string(256, 'a')));
}

TEST(Names, ImidsHaveALocalPartAndADomain) {
    for (const char* text :
         {"alice@a.example", "alice+lists@a.example", "helpdesk/alice@a.example", "jürg@bücher.example"})
        EXPECT_TRUE(is_imid(text)) << text;
    for (const char* text : {"a.example", "@a.example", "alice@", "al ice@a.example", "al\nice@a.example",
                             "alice@b@a.example", "alice@A.example", "al\x7fice@a.example", "\xff@a.example"})
        EXPECT_FALSE(is_imid(text)) << text;
}

TEST(Uuid, IsLowerCaseAndOfVersion4) {
    const std::array<std::uint8_t, 16> zeros{},
        ones{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    EXPECT_EQ(uuid_from(zeros), "00000000-0000-4000-8000-000000000000");
    EXPECT_EQ(uuid_from(ones), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    std::set<std::string> seen;
    for (int times = 0; times < 100; ++times) {
        const std::string uuid = random_uuid();
        EXPECT_TRUE(is_uuid(uuid)) << uuid;
        EXPECT_TRUE(seen.insert(uuid).second);
    }
    for (const char* text :
         {"", "6F1D0C52-8f5e-4b0a-9a43-0d6c1f5e2b77", "6f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b7",
          "6f1d0c528f5e4b0a9a430d6c1f5e2b77", "6f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77a",
          "6f1d0c52-8f5e-4b0a-9a430-d6c1f5e2b77", "gf1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77"})
        EXPECT_FALSE(is_uuid(text)) << text;
}

}  // namespace
}  // namespace immp::tests
