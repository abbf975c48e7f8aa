#include "bridge/client/typed_node.hpp"

#include <gtest/gtest.h>

namespace immp::bridge::client {
namespace {

TEST(TypedNode, IsPreparedAndWrittenInOneWay) {
    EXPECT_EQ(typed_node("newsletter/updates").value(), "newsletter/updates");
    EXPECT_EQ(typed_node("Newsletter/Updates@B.Example").value(), "newsletter/updates@b.example");
    EXPECT_EQ(typed_node("newsletter@b.example/updates").value(), "newsletter/updates@b.example");
    EXPECT_EQ(typed_node("imid:newsletter@b.example").value(), "newsletter@b.example");
}

TEST(TypedNode, RefusesWhatIsNone) {
    for (const char* typed : {"", "@b.example", "a b", "a+b@b.example", "a@", "a#b", "a\nb",
                              "a@xn--b.example", "a@b.example/#4aace1d5-b50c-45f9-af10-d687f9929d89"})
        EXPECT_EQ(typed_node(typed).error().status, ExitStatus::bad_input) << typed;
}

TEST(TypedNode, PublishersHaveTheirDomain) {
    EXPECT_EQ(typed_publisher("nas@a.example").value(), "nas@a.example");
    EXPECT_EQ(typed_publisher("newsletter@b.example/updates").value(), "newsletter/updates@b.example");
    for (const char* typed : {"", "nas", "b.example", "nas/disks", "nas+tag@a.example"})
        EXPECT_EQ(typed_publisher(typed).error().status, ExitStatus::bad_input) << typed;
}

}  // namespace
}  // namespace immp::bridge::client
