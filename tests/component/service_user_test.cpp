#include "component/service_user.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace immp::component {
namespace {

constexpr uid_t kStranger = 54'321;  // has no entry in any passwd file

class ServiceUserTest : public testing::Test {
  protected:
    /// What a child process of its own ends with: becoming another user is for good.
    template <class Work>
    static int status_of(Work work) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(work());
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    test::TemporaryFolder folder_;
    const std::filesystem::path directory_ = folder_.path("");
};

TEST_F(ServiceUserTest, FolderOfRootOrMissingHasNoOtherOwner) {
    EXPECT_EQ(store_owner(directory_ / "missing"), std::nullopt);
    EXPECT_EQ(store_owner("/"), std::nullopt);
}

TEST_F(ServiceUserTest, WhoIsNotRootStaysWhoHeIs) {
    const bool is_root = ::geteuid() == 0;
    const int status = status_of([&] {
        if (is_root &&
            (::chown(directory_.c_str(), kStranger, kStranger) != 0 || ::setuid(kStranger + 1) != 0))
            return 2;
        const uid_t before = ::geteuid();
        const auto changed = become_store_owner(directory_);
        return changed && !*changed && ::geteuid() == before ? 0 : 1;
    });
    EXPECT_EQ(status, 0);
}

// An ordinary user's test run cannot try this: there, that the folder is one's own is all there is.
TEST_F(ServiceUserTest, RootBecomesTheOwnerAndWritesAsHe) {
    if (::geteuid() != 0) {
        EXPECT_EQ(store_owner(directory_), (ServiceUser{::geteuid(), ::getegid()}));
        return;
    }
    ASSERT_EQ(::chown(directory_.c_str(), kStranger, kStranger), 0);
    const auto file = directory_ / "file";
    const int status = status_of([&] {
        const auto changed = become_store_owner(directory_);
        if (!changed || !*changed || ::setuid(0) == 0) return 1;
        std::ofstream(file) << "x";
        return ::getegid() == kStranger && ::getgroups(0, nullptr) == 1 ? 0 : 2;
    });
    EXPECT_EQ(status, 0);
    struct stat made{};
    ASSERT_EQ(::stat(file.c_str(), &made), 0);
    EXPECT_EQ(made.st_uid, kStranger);
}

}  // namespace
}  // namespace immp::component
