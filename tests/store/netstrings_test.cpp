#include "bridge/store/netstrings.hpp"

#include <gtest/gtest.h>

#include "bridge/store/folder_key.hpp"
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

TEST(Netstrings, AreReadable) {
    EXPECT_EQ(pack({"alice", "", "bob"}), "5:alice,0:,3:bob,");
}

TEST(Netstrings, TakeAnyText) {
    for (const Strings& texts : {Strings{}, Strings{""}, Strings{"", ""}, Strings{"1:a,", ",", ":"},
                                 Strings{std::string("nul\0inside", 10), "Grüße\n"}, Strings(1000, "x")})
        EXPECT_EQ(unpack(pack(texts)), texts);
}

TEST(Netstrings, ReadingEndsWhereTheyAreDamaged) {
    const std::string packed = pack({"alice", "bob"});
    for (std::size_t cut = 0; cut < packed.size(); ++cut)
        EXPECT_EQ(unpack(packed.substr(0, cut)), cut < 8 ? Strings{} : Strings{"alice"}) << cut;
    for (const std::string damaged :
         {"x", "5", "5:", ":a,", "-1:a,", "2:a,", "0:a,", "99999999999999999999:a,"})
        EXPECT_EQ(unpack("1:a," + damaged), Strings{"a"}) << damaged;
}

TEST(FolderKey, IsTheSameForPathsThatDifferByCase) {
    EXPECT_EQ(folder_key("/INBOX/Lists"), "/inbox/lists");
    EXPECT_EQ(folder_key("/a[`{@"), "/a[`{@");
    EXPECT_NE(folder_key("/inbox"), folder_key("/inbox2"));
    EXPECT_EQ(folder_key("/Straße/ÄRGER"), folder_key("/STRASSE/ärger"));
    EXPECT_EQ(folder_key("/\u00c4"), folder_key("/a\u0308")) << "composed or not";
    EXPECT_EQ(folder_key("/ΟΔΟΣ"), folder_key("/οδος")) << "a final sigma";
    EXPECT_EQ(folder_key("/\xff"), "/\xff");
    EXPECT_EQ(folder_key(""), "");
}

}  // namespace
}  // namespace immp::bridge
