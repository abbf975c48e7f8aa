#include "bridge/mail/segment.hpp"

#include <gtest/gtest.h>

#include "armor/base64.hpp"
#include "tests/mail/sample.hpp"

namespace immp::bridge {
namespace {

std::string octets_of(std::size_t count) {
    std::string octets;
    for (std::size_t i = 0; i < count; ++i)
        octets += static_cast<char>(i * 7 % 256);
    return octets;
}

TEST(Segments, HaveTheirLengthInEveryEncoding) {
    for (const std::size_t count :
         {0u, 1u, 2u, 3u, 56u, 57u, 58u, 113u, 114u, 115u, 47'879u, 47'880u, 47'881u, 100'000u}) {
        for (const auto encoding : {BodyEncoding::raw, BodyEncoding::base64, BodyEncoding::base64_lines}) {
            const Segments segments = {std::string("head"), BodySegment{1, count, encoding},
                                       std::string("tail")};
            EXPECT_EQ(wire_bytes(segments), rendered(segments, {{1, octets_of(count)}}).size())
                << count << " in encoding " << static_cast<int>(encoding);
        }
    }
}

TEST(Segments, AreEncodedInStepsAsInOne) {
    const std::string octets = octets_of(step_bytes(BodyEncoding::base64) + 1000);
    const std::string whole = armor::encode_base64(as_bytes(octets));
    EXPECT_EQ(rendered({BodySegment{1, octets.size(), BodyEncoding::base64}}, {{1, octets}}), whole);
    EXPECT_EQ(rendered({BodySegment{1, octets.size(), BodyEncoding::raw}}, {{1, octets}}), octets);
    std::string lines = rendered({BodySegment{1, octets.size(), BodyEncoding::base64_lines}}, {{1, octets}});
    std::string joined;
    for (std::size_t begin = 0; begin < lines.size();) {
        const std::size_t end = lines.find("\r\n", begin);
        ASSERT_NE(end, lines.npos);
        EXPECT_TRUE(end - begin == 76 || end + 2 == lines.size()) << "only the last line is shorter";
        joined += lines.substr(begin, end - begin);
        begin = end + 2;
    }
    EXPECT_EQ(joined, whole);
}

TEST(Segments, OfAnEncodedStepFitAPipelinesPiece) {
    for (const auto encoding : {BodyEncoding::base64, BodyEncoding::base64_lines})
        EXPECT_LE(encode_step(octets_of(step_bytes(encoding)), encoding).size(), 65'536u);
}

}  // namespace
}  // namespace immp::bridge
