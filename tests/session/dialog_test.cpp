// Every file below tests/dialogs is played whole, octet by octet and cut at every position.
#include "tests/session/dialog.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/folders.hpp"

namespace immp::bridge::test {
namespace {

std::vector<std::string> dialog_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(tests::tests_path("dialogs")))
        if (entry.path().extension() == ".dialog") names.push_back(entry.path().stem());
    std::ranges::sort(names);
    return names;
}

std::string read_file(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

class Dialogs : public testing::TestWithParam<std::string> {};

TEST_P(Dialogs, GoAsWritten) {
    const Dialog dialog =
        parse_dialog(GetParam(), read_file(tests::tests_path("dialogs/" + GetParam() + ".dialog")));
    ASSERT_FALSE(dialog.steps.empty());
    const auto wrong = play_every_way(dialog);
    EXPECT_FALSE(wrong) << *wrong;
}

INSTANTIATE_TEST_SUITE_P(Files, Dialogs, testing::ValuesIn(dialog_names()), [](const auto& file) {
    std::string name = file.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(DialogNotation, ShowsADifference) {
    const Dialog dialog = parse_dialog("self", "login:\nC: NOOP\nS: 299 Never\n");
    const auto wrong = play(dialog, {});
    ASSERT_TRUE(wrong);
    EXPECT_NE(wrong->find("200 OK"), std::string::npos);
}

}  // namespace
}  // namespace immp::bridge::test
