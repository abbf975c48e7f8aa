#include "bridge/client/part_file.hpp"

#include <gtest/gtest.h>

#include "bridge/client/progress.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge::client {
namespace {

TEST(SafeFileName, NeverLeavesTheFolder) {
    EXPECT_EQ(safe_file_name("photo.jpg"), "photo.jpg");
    EXPECT_EQ(safe_file_name("/etc/passwd"), "_etc_passwd");
    EXPECT_EQ(safe_file_name("../x"), "_._x");
    EXPECT_EQ(safe_file_name("a\\b"), "a_b");
    EXPECT_EQ(safe_file_name("."), "_");
    EXPECT_EQ(safe_file_name(".."), "_.");
    EXPECT_EQ(safe_file_name(""), "part");
    EXPECT_EQ(safe_file_name("a\nb\x1b"), "a b\xef\xbf\xbd");
    EXPECT_EQ(safe_file_name(std::string(300, 'x')).size(), 200u);
    EXPECT_EQ(safe_file_name(std::string(199, 'x') + "\xc3\xbc"), std::string(199, 'x'));
}

TEST(PartFile, IsThereWhenFinished) {
    const test::TemporaryFolder folder;
    auto file = PartFile::create(folder.path("x"), PartFile::Existing::keep);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("abc"));
    EXPECT_FALSE(std::filesystem::exists(folder.path("x")));
    ASSERT_TRUE(file->finish());
    EXPECT_EQ(folder.read("x"), "abc");
}

TEST(PartFile, LeavesNothingBehindUnfinished) {
    const test::TemporaryFolder folder;
    {
        auto file = PartFile::create(folder.path("x"), PartFile::Existing::keep);
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->write("abc"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path("")));
}

TEST(PartFile, KeepsAFileThatAppearedMeanwhile) {
    const test::TemporaryFolder folder;
    auto file = PartFile::create(folder.path("x"), PartFile::Existing::keep);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new"));
    folder.write("x", "old");
    const auto finished = file->finish();
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().status, ExitStatus::cannot_create);
    EXPECT_EQ(folder.read("x"), "old");
}

TEST(PartFile, KeepsADanglingLink) {
    const test::TemporaryFolder folder;
    std::filesystem::create_symlink("elsewhere", folder.path("x"));
    EXPECT_FALSE(PartFile::create(folder.path("x"), PartFile::Existing::keep));
}

TEST(Progress, ShowsHowFarItIs) {
    EXPECT_EQ(progress_line("photo.jpg", 512u << 10, 1u << 20),
              "photo.jpg                [############............] 50%  512.0 KiB of 1.0 MiB");
    EXPECT_NE(progress_line("x", 5, 0).find("100%"), std::string::npos);
}

}  // namespace
}  // namespace immp::bridge::client
