#include "bridge/mail/rights.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

TEST(RightsOfAMailbox, BringReadAlongAndOwnHasAll) {
    EXPECT_EQ(rights_text(parse_rights("read").value()), "READ");
    EXPECT_EQ(rights_text(parse_rights("SEND").value()), "READ,SEND");
    EXPECT_EQ(rights_text(parse_rights("Write,Read").value()), "READ,WRITE");
    EXPECT_EQ(rights_text(parse_rights("own").value()), "READ,WRITE,SEND,OWN");
    EXPECT_TRUE(parse_rights("none")->empty());
    EXPECT_EQ(rights_text({}), "NONE");
    EXPECT_EQ(Rights().with(Right::write).with(Rights().with(Right::send)),
              parse_rights("WRITE,SEND").value());
}

TEST(RightsOfAMailbox, AreReadInOneFormOnly) {
    for (const char* wrong : {"", ",", "READ,", ",READ", "READ,,WRITE", "READ,READ", "READ,NONE", "NONE,",
                              "READ WRITE", " READ", "ALL", "R", "READ;WRITE"}) {
        const auto rights = parse_rights(wrong);
        ASSERT_FALSE(rights) << wrong;
        EXPECT_EQ(rights.error().code, 400);
    }
}

TEST(RightsOfAMailbox, AreWhatIsStored) {
    for (const char* text :
         {"NONE", "READ", "READ,WRITE", "READ,SEND", "READ,WRITE,SEND", "READ,WRITE,SEND,OWN"}) {
        const Rights rights = parse_rights(text).value();
        EXPECT_EQ(rights_text(Rights::of_bits(rights.bits())), text);
    }
    EXPECT_EQ(Rights::of_bits(0xf0), Rights()) << "bits of no right";
    EXPECT_EQ(Rights::of_bits(2), parse_rights("WRITE").value()) << "a store written by hand";
}

}  // namespace
}  // namespace immp::bridge
