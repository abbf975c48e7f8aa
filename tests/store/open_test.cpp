#include <fstream>

#include <sys/fsuid.h>
#include <sys/stat.h>

#include "bridge/store/schema.hpp"
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class OpenTest : public ::testing::Test {
  protected:
    [[nodiscard]] Result<void> open(const std::filesystem::path& directory) {
        auto store = open_sqlite_store(directory, loop_.executor());
        if (!store) return std::unexpected(store.error());
        return {};
    }
    /// The error's text begins with the file's name and holds this.
    void expect_refused(const std::filesystem::path& directory, std::string_view why) {
        const auto refused = open(directory);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, 702);
        EXPECT_TRUE(refused.error().text.starts_with(directory.string())) << refused.error().text;
        EXPECT_NE(refused.error().text.find(why), std::string::npos) << refused.error().text;
    }
    static mode_t mode_of(const std::filesystem::path& path) {
        struct stat status{};
        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 0777;
    }
    void run_sql(const std::string& sql) {
        value_of(value_of(Database::open(file_, Access::read_write))->script(sql));
    }

    Loop loop_;
    test::TemporaryFolder parent_;
    std::filesystem::path directory_ = std::filesystem::path(parent_.path("some")) / "where";
    std::filesystem::path file_ = directory_ / "immp.db";
};

TEST_F(OpenTest, FoldersAndFilesAreMadeForTheOwnerAlone) {
    auto store = value_of(open_sqlite_store(directory_, loop_.executor()));
    EXPECT_EQ(mode_of(directory_), 0700U);
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
        EXPECT_EQ(mode_of(entry.path()), 0600U) << entry.path();
        ++files;
    }
    EXPECT_EQ(files, 3) << "the database, its log, the log's index";
    store.reset();
    value_of(open(directory_));
}

TEST_F(OpenTest, ADirectoryThatIsThereKeepsItsMode) {
    std::filesystem::create_directories(directory_);
    ASSERT_EQ(::chmod(directory_.c_str(), 0750), 0);
    value_of(open(directory_));
    EXPECT_EQ(mode_of(directory_), 0750U);
}

TEST_F(OpenTest, AFileInPlaceOfTheDirectoryIsRefused) {
    std::ofstream(parent_.path("file")) << "x";
    expect_refused(parent_.path("file"), "Not a directory");
}

/// What root may not be kept from, this user may: for the files that this thread opens.
class AsNobody {
  public:
    AsNobody() : before_(static_cast<uid_t>(::setfsuid(65'534))) {}
    ~AsNobody() { ::setfsuid(before_); }
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;

  private:
    uid_t before_;
};

TEST_F(OpenTest, AnUnreadableDirectoryIsRefused) {
    std::filesystem::create_directories(directory_);
    ASSERT_EQ(::chmod(directory_.c_str(), 0), 0);
    {
        const AsNobody nobody;
        expect_refused(directory_, "Permission denied");
    }
    ASSERT_EQ(::chmod(directory_.c_str(), 0700), 0);
}

TEST_F(OpenTest, AFileThatCannotBeWrittenIsRefused) {
    value_of(open(directory_));
    ASSERT_EQ(::chmod(parent_.path("").c_str(), 0755), 0);
    ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
    ASSERT_EQ(::chmod(file_.c_str(), 0444), 0);
    const AsNobody nobody;
    expect_refused(directory_, "can't be written");
}

TEST_F(OpenTest, AFolderInPlaceOfTheFileIsRefused) {
    std::filesystem::create_directories(file_);
    expect_refused(directory_, "Is a directory");
}

TEST_F(OpenTest, WhatIsNoDatabaseIsRefusedAndLeftAlone) {
    std::filesystem::create_directories(directory_);
    const std::string text(5000, 'x');
    std::ofstream(file_) << text;
    expect_refused(directory_, "not a database");
    std::ifstream file(file_);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST_F(OpenTest, AnotherProgramsDatabaseIsRefused) {
    std::filesystem::create_directories(directory_);
    std::ofstream(file_).close();
    run_sql("CREATE TABLE others (x)");
    expect_refused(directory_, "another program's database");
    run_sql("DROP TABLE others; PRAGMA application_id = 77");
    expect_refused(directory_, "another program's database");
}

TEST_F(OpenTest, ANewerSchemaIsRefusedAndSaid) {
    value_of(open(directory_));
    run_sql("PRAGMA user_version = " + std::to_string(migrations().size() + 1));
    expect_refused(directory_, "schema " + std::to_string(migrations().size() + 1));
    run_sql("PRAGMA user_version = " + std::to_string(migrations().size()));
    value_of(open(directory_));
}

TEST_F(OpenTest, OlderSchemasTakeTheStepsTheyLack) {
    std::filesystem::create_directories(directory_);
    std::ofstream(file_).close();
    const std::vector<const char*> steps{
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB)",
        "CREATE TABLE second (x); INSERT INTO second VALUES (1)",
        "ALTER TABLE second ADD COLUMN y DEFAULT 7",
    };
    const auto value = [&](std::string_view sql) {
        auto connection = value_of(Database::open(file_, Access::read_write));
        return value_of(connection->query(sql).one([](const Row& row) { return row.number(0); }));
    };
    for (std::size_t known = 1; known <= steps.size(); ++known) {
        for (int again = 0; again < 2; ++again) {
            auto connection = value_of(Database::open(file_, Access::read_write));
            value_of(migrate(*connection, std::span(steps).first(known)));
        }
        EXPECT_EQ(value("PRAGMA user_version"), static_cast<std::int64_t>(known));
        EXPECT_EQ(value("SELECT count(*) FROM settings WHERE name = 'secret'"), 1);
    }
    EXPECT_EQ(value("SELECT x + y FROM second"), 8);
    EXPECT_EQ(value("PRAGMA application_id"), kApplicationId);
}

TEST_F(OpenTest, AStepThatFailsLeavesTheFileAsItWas) {
    value_of(open(directory_));
    auto connection = value_of(Database::open(file_, Access::read_write));
    std::vector<const char*> steps(migrations().begin(), migrations().end());
    steps.push_back("CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)");
    EXPECT_FALSE(migrate(*connection, steps));
    EXPECT_FALSE(connection->in_transaction());
    EXPECT_EQ(value_of(connection->query("SELECT count(*) FROM sqlite_schema WHERE name = 'half'")
                           .one([](const Row& row) { return row.number(0); })),
              0);
    value_of(open(directory_));
}

TEST_F(OpenTest, TheDatabaseSyncsEveryCommitAndHoldsItsReferences) {
    value_of(open(directory_));
    auto connection = value_of(Database::open(file_, Access::read_write));
    const auto text = [&](std::string_view sql) {
        return value_of(connection->query(sql).one([](const Row& row) { return row.text(0); })).value();
    };
    EXPECT_EQ(text("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(text("PRAGMA synchronous"), "2");
    EXPECT_EQ(text("PRAGMA foreign_keys"), "1");
    EXPECT_EQ(text("PRAGMA busy_timeout"), "10000");
    EXPECT_EQ(text("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace immp::bridge
