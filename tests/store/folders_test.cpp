#include "bridge/store/folder_key.hpp"
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class FoldersTest : public StoreTest {
  protected:
    Result<FolderId> create(std::string_view path) {
        return write([&](Transaction& tables) { return tables.mailboxes().create_folder(alice_, path); });
    }
    Result<std::string> rename(std::string_view path, std::string_view to) {
        return write([&](Transaction& tables) { return tables.folders().rename(alice_, path, to); });
    }
    Result<std::string> drop(std::string_view path) {
        return write([&](Transaction& tables) { return tables.folders().drop(alice_, path); });
    }
    void file(std::uint64_t number, std::string_view path) {
        const FolderId folder = folder_of(alice_, path);
        value_of(write([&](Transaction& tables) {
            const MessageId id = value_of(tables.mailboxes().add(make_message(tables, uuid_of(number))));
            return tables.mailboxes().file(id, folder, Mark::unread, uuid_of(900'000 + number), at(0));
        }));
    }
    std::vector<std::string> paths() {
        std::vector<std::string> found;
        for (const Folder& folder :
             value_of(read([&](Transaction& tables) { return tables.mailboxes().folders(alice_); })))
            if (!is_default_folder(folder.path)) found.push_back(folder.path);
        return found;
    }
    std::uint64_t total(std::string_view path) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().folder(alice_, path); }))
            .value()
            .total;
    }

    AccountId alice_ = add_account("alice@a.example");
};

using Paths = std::vector<std::string>;

TEST_F(FoldersTest, NamesThatDifferOnlyInCaseAreOneInEveryScript) {
    for (const auto& [first, second] :
         {std::pair("/Straße", "/STRASSE"), std::pair("/Ωmega", "/ωMEGA"), std::pair("/ΣΑΣ", "/σας"),
          std::pair("/e\u0301t\u00e9", "/\u00c9T\u00c9"), std::pair("/Привет", "/ПРИВЕТ")}) {
        value_of(create(first));
        EXPECT_EQ(code_of(create(second)), 409) << first;
    }
    value_of(create("/resume"));
    EXPECT_EQ(code_of(create("/résumé")), 0) << "more than case";
}

TEST_F(FoldersTest, AreBoundedInDepthAndNumber) {
    std::string path;
    for (std::size_t depth = 1; depth <= kMaxFolderDepth; ++depth) {
        path += "/d";
        value_of(create(path));
    }
    EXPECT_EQ(code_of(create(path + "/d")), 413);
    value_of(write([&](Transaction& tables) -> Result<void> {
        for (std::uint64_t held = 5 + kMaxFolderDepth; held < kMaxFolders; ++held)
            value_of(tables.mailboxes().create_folder(alice_, "/n" + std::to_string(held)));
        return {};
    }));
    EXPECT_EQ(code_of(create("/one more")), 413);
    value_of(rename("/n999", "/n1000"));
    EXPECT_EQ(code_of(rename("/d", "/n998/d")), 413) << "the deepest would lie too deep";
    EXPECT_EQ(total(path), 0U) << "and nothing was moved";
}

TEST_F(FoldersTest, RenamingTakesAllBelowAlong) {
    for (const auto* path : {"/work", "/work/a", "/work/a/b", "/work-old", "/home"})
        value_of(create(path));
    file(1, "/work/a/b");
    EXPECT_EQ(value_of(rename("/Work/A", "/HOME/Alpha")), "/home/Alpha");
    EXPECT_EQ(paths(), (Paths{"/home", "/home/Alpha", "/home/Alpha/b", "/work", "/work-old"}));
    EXPECT_EQ(total("/home/alpha/b"), 1U);
    EXPECT_EQ(value_of(rename("/work", "/WORK")), "/WORK") << "its spelling alone";
    EXPECT_EQ(paths(), (Paths{"/home", "/home/Alpha", "/home/Alpha/b", "/WORK", "/work-old"}));
}

TEST_F(FoldersTest, RenamingIsRefusedByName) {
    for (const auto* path : {"/work", "/work/a", "/home"})
        value_of(create(path));
    for (const auto* path : {"/INBOX", "/drafts", "/Sent", "/junk", "/TRASH"}) {
        EXPECT_EQ(code_of(rename(path, "/x")), 403) << path;
        EXPECT_EQ(code_of(rename("/work", path)), 409) << path;
        EXPECT_EQ(code_of(drop(path)), 403) << path;
    }
    EXPECT_EQ(code_of(rename("/none", "/x")), 404);
    EXPECT_EQ(code_of(rename("/work", "/none/x")), 404);
    EXPECT_EQ(code_of(rename("/work", "/HOME")), 409);
    EXPECT_EQ(code_of(rename("/work", "/work/a/w")), 400);
    EXPECT_EQ(code_of(rename("/work", "/a#b")), 400);
    EXPECT_EQ(code_of(rename("/work", "/" + std::string(1022, 'x'))), 413) << "/work/a would be too long";
    EXPECT_EQ(code_of(drop("/none")), 404);
    EXPECT_EQ(paths(), (Paths{"/home", "/work", "/work/a"}));
}

TEST_F(FoldersTest, ADroppedOneGoesToTrashAndFromThereForGood) {
    for (const auto* path : {"/INBOX/lists", "/INBOX/lists/a", "/lists"})
        value_of(create(path));
    file(1, "/INBOX/lists/a");
    EXPECT_EQ(value_of(drop("/inbox/Lists")), "/TRASH/lists");
    EXPECT_EQ(value_of(drop("/lists")), "/TRASH/lists 2");
    EXPECT_EQ(total("/TRASH/lists/a"), 1U);
    const FolderId gone = folder_of(alice_, "/TRASH/lists/a");
    EXPECT_EQ(value_of(drop("/TRASH/lists")), "");
    EXPECT_EQ(paths(), (Paths{"/TRASH/lists 2"}));
    value_of(create("/TRASH/lists"));

    const auto sweep = [](Transaction& tables) { return tables.folders().sweep(); };
    EXPECT_EQ(value_of(write(sweep)), 1U) << "its reference";
    EXPECT_FALSE(value_of(read([](Transaction& tables) { return tables.mailboxes().message(1); })));
    EXPECT_EQ(value_of(write(sweep)), 2U) << "and two folders";
    EXPECT_EQ(value_of(write(sweep)), 0U);
    EXPECT_EQ(code_of(read([&](Transaction& tables) { return tables.mailboxes().count(gone, {}); })), 404);
    EXPECT_EQ(paths(), (Paths{"/TRASH/lists", "/TRASH/lists 2"}));
}

}  // namespace
}  // namespace immp::bridge
