#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

StoredCredential credential(std::uint32_t memory_kib, std::uint8_t fill) {
    StoredCredential made;
    made.cost = {memory_kib, 2};
    made.keys.stored_key.fill()[0] = fill;
    made.keys.server_key.fill()[31] = fill;
    return made;
}

class AccountsTest : public StoreTest {
  protected:
    void set_credential(AccountId account, std::string_view device, const StoredCredential& value) {
        value_of(write([&](Transaction& tables) {
            return tables.accounts().set_credential(account, device, value, at(1));
        }));
    }
    std::optional<StoredCredential> credential_of(AccountId account, std::string_view device) {
        return value_of(
            read([&](Transaction& tables) { return tables.accounts().credential(account, device); }));
    }
    std::vector<Device> devices(AccountId account) {
        return value_of(read([&](Transaction& tables) { return tables.accounts().devices(account); }));
    }
};

TEST_F(AccountsTest, AnAccountIsMadeOnceWithItsDefaultFolders) {
    const AccountId alice = add_account("alice@a.example");
    EXPECT_EQ(
        code_of(write([](Transaction& tables) { return tables.accounts().add("alice@a.example", at(0)); })),
        409);
    EXPECT_EQ(value_of(read([](Transaction& tables) { return tables.accounts().find("alice@a.example"); })),
              alice);
    EXPECT_EQ(value_of(read([](Transaction& tables) { return tables.accounts().find("bob@a.example"); })),
              std::nullopt);

    std::vector<std::string> paths;
    for (const Folder& folder :
         value_of(read([&](Transaction& tables) { return tables.mailboxes().folders(alice); })))
        paths.push_back(folder.path);
    EXPECT_EQ(paths, (std::vector<std::string>{"/DRAFTS", "/INBOX", "/JUNK", "/SENT", "/TRASH"}));
}

TEST_F(AccountsTest, TheListIsSorted) {
    add_account("bob@a.example");
    add_account("alice@a.example");
    EXPECT_EQ(value_of(read([](Transaction& tables) { return tables.accounts().list(); })),
              (std::vector<std::string>{"alice@a.example", "bob@a.example"}));
}

TEST_F(AccountsTest, RemovingTakesFoldersReferencesCredentialsAndSubmissionsAlong) {
    const AccountId alice = add_account("alice@a.example");
    set_credential(alice, "", credential(19'456, 1));
    const FolderId inbox = folder_of(alice, "/INBOX");
    value_of(write([&](Transaction& tables) -> Result<void> {
        const MessageId message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(1))));
        value_of(tables.mailboxes().file(message, inbox, Mark::unread, uuid_of(2), at(0)));
        return tables.mailboxes().record_submission(alice, uuid_of(1), {}, at(0));
    }));

    const auto remove = [](Transaction& tables) { return tables.accounts().remove("alice@a.example"); };
    EXPECT_EQ(code_of(write(remove)), 0);
    EXPECT_EQ(code_of(write(remove)), 404);

    const AccountId again = add_account("alice@a.example");
    EXPECT_NE(again, alice) << "an id is never given to another account";
    EXPECT_FALSE(credential_of(again, ""));
    EXPECT_EQ(value_of(read([&](Transaction& tables) { return tables.mailboxes().folders(alice); })).size(),
              0U);
    EXPECT_FALSE(
        value_of(read([&](Transaction& tables) { return tables.mailboxes().find(inbox, uuid_of(1)); })));
    EXPECT_FALSE(value_of(
        read([&](Transaction& tables) { return tables.mailboxes().submission(again, uuid_of(1)); })));
}

TEST_F(AccountsTest, RemovingTakesTheMailAlongThatNobodyElseHas) {
    const AccountId alice = add_account("alice@a.example");
    const AccountId carol = add_account("carol@a.example");
    const auto file = [](Transaction& tables, MessageId message, FolderId folder) {
        value_of(tables.mailboxes().file(message, folder, Mark::unread, uuid_of(9), at(0)));
    };
    const FolderId inbox = folder_of(alice, "/INBOX");
    const FolderId sent = folder_of(alice, "/SENT");
    const FolderId carols = folder_of(carol, "/INBOX");
    std::vector<Message> messages;
    std::vector<MessageId> ids;
    OutboxId row = 0;
    value_of(write([&](Transaction& tables) -> Result<void> {
        for (std::uint64_t i = 1; i <= 3; ++i) {
            messages.push_back(make_message(tables, uuid_of(i)));
            ids.push_back(value_of(tables.mailboxes().add(messages.back())));
            file(tables, ids.back(), sent);
        }
        file(tables, ids[0], inbox);
        file(tables, ids[1], carols);
        OutboxRow waiting;
        waiting.message = ids[2];
        waiting.destination = "b.example";
        row = value_of(tables.outbox().add(waiting));
        return {};
    }));
    const auto is_there = [&](MessageId id) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().message(id); }))
            .has_value();
    };

    value_of(write([](Transaction& tables) { return tables.accounts().remove("alice@a.example"); }));
    EXPECT_FALSE(is_there(ids[0])) << "hers alone";
    EXPECT_TRUE(is_there(ids[1])) << "carol has it too";
    EXPECT_TRUE(is_there(ids[2])) << "it waits for another domain";
    value_of(write([&](Transaction& tables) { return tables.outbox().finish(row); }));
    EXPECT_FALSE(is_there(ids[2])) << "delivered";

    EXPECT_EQ(value_of(write([](Transaction& tables) { return tables.bodies().sweep(at(1), {}); })), 2U);
    EXPECT_EQ(
        code_of(read([&](Transaction& tables) { return tables.bodies().length(messages[0].parts[0].body); })),
        404);
    EXPECT_EQ(
        code_of(read([&](Transaction& tables) { return tables.bodies().length(messages[1].parts[0].body); })),
        0);
}

TEST_F(AccountsTest, ADeviceUsesItsOwnCredentialElseThePassword) {
    const AccountId alice = add_account("alice@a.example");
    EXPECT_FALSE(credential_of(alice, ""));
    EXPECT_FALSE(credential_of(alice, "phone"));

    set_credential(alice, "", credential(19'456, 1));
    set_credential(alice, "laptop", credential(65'536, 2));
    const auto phone = credential_of(alice, "phone").value();
    EXPECT_EQ(phone.cost, (armor::Argon2Cost{19'456, 2}));
    EXPECT_EQ(phone.keys.stored_key.view()[0], 1);
    EXPECT_EQ(phone.keys.server_key.view()[31], 1);
    EXPECT_EQ(credential_of(alice, "laptop").value().keys.stored_key.view()[0], 2);
    EXPECT_EQ(credential_of(alice, "").value().keys.stored_key.view()[0], 1);

    set_credential(alice, "", credential(32'768, 3));
    EXPECT_EQ(credential_of(alice, "phone").value().keys.stored_key.view()[0], 3);
}

TEST_F(AccountsTest, TheSettingsInUseAreDifferentAndSorted) {
    const auto costs = [](Transaction& tables) { return tables.accounts().settings_in_use(); };
    EXPECT_TRUE(value_of(read(costs)).empty());
    const AccountId alice = add_account("alice@a.example");
    set_credential(alice, "", credential(65'536, 1));
    set_credential(alice, "phone", credential(19'456, 1));
    set_credential(alice, "laptop", credential(19'456, 1));
    EXPECT_EQ(value_of(read(costs)), (std::vector<LoginSetting>{{{19'456, 2}}, {{65'536, 2}}}));
    StoredCredential slow = credential(19'456, 1);
    slow.cost.passes = 5;
    set_credential(alice, "tablet", slow);
    EXPECT_EQ(value_of(read(costs)),
              (std::vector<LoginSetting>{{{19'456, 2}}, {{19'456, 5}}, {{65'536, 2}}}));
    StoredCredential drafted = credential(65'536, 1);
    drafted.hash = armor::SecretBytes<32>::random();
    set_credential(add_account("bob@a.example"), "", drafted);
    EXPECT_EQ(value_of(read(costs)),
              (std::vector<LoginSetting>{{{19'456, 2}}, {{19'456, 5}}, {{65'536, 2}}, {{65'536, 2}, true}}));
}

TEST_F(AccountsTest, AHashIsKeptWhereItIsGivenAndGoesWithTheNextPassword) {
    const AccountId alice = add_account("alice@a.example");
    StoredCredential drafted = credential(19'456, 1);
    drafted.hash = armor::SecretBytes<32>::random();
    set_credential(alice, "", drafted);
    set_credential(alice, "laptop", credential(19'456, 2));
    const auto of_phone = credential_of(alice, "phone").value();
    ASSERT_TRUE(of_phone.hash);
    EXPECT_TRUE(of_phone.hash->equal(drafted.hash->view()));
    EXPECT_FALSE(of_phone.of_device);
    const auto of_laptop = credential_of(alice, "laptop").value();
    EXPECT_FALSE(of_laptop.hash);
    EXPECT_TRUE(of_laptop.of_device);
    set_credential(alice, "", credential(19'456, 3));
    EXPECT_FALSE(credential_of(alice, "").value().hash);
}

TEST_F(AccountsTest, DevicesThatLoggedInOrHaveASecretAreListed) {
    const AccountId alice = add_account("alice@a.example");
    set_credential(alice, "laptop", credential(19'456, 1));
    const auto log_in = [&](std::string_view device, std::int64_t second) {
        value_of(write(
            [&](Transaction& tables) { return tables.accounts().record_login(alice, device, at(second)); }));
    };
    log_in("phone", 5);
    log_in("phone", 9);
    log_in("", 10);

    const auto listed = devices(alice);
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].name, "laptop");
    EXPECT_TRUE(listed[0].own_secret);
    EXPECT_EQ(listed[0].last_seen, std::nullopt);
    EXPECT_EQ(listed[1].name, "phone");
    EXPECT_FALSE(listed[1].own_secret);
    EXPECT_EQ(listed[1].last_seen, at(9));

    log_in("laptop", 11);
    EXPECT_TRUE(devices(alice)[0].own_secret) << "a login does not take the secret away";
}

TEST_F(AccountsTest, ARevokedDeviceFallsBackToThePassword) {
    const AccountId alice = add_account("alice@a.example");
    set_credential(alice, "", credential(19'456, 1));
    set_credential(alice, "laptop", credential(19'456, 2));
    const auto revoke = [&](Transaction& tables) { return tables.accounts().revoke(alice, "laptop"); };
    EXPECT_EQ(code_of(write(revoke)), 0);
    EXPECT_EQ(code_of(write(revoke)), 404);
    EXPECT_TRUE(devices(alice).empty());
    EXPECT_EQ(credential_of(alice, "laptop").value().keys.stored_key.view()[0], 1);
}

TEST_F(AccountsTest, TheStoreHasASecretThatStays) {
    const auto secret = [](Transaction& tables) { return tables.accounts().setting("secret"); };
    const Bytes made = value_of(read(secret)).value();
    EXPECT_EQ(made.size(), 32U);
    EXPECT_NE(made, Bytes(32, 0));
    reopen();
    EXPECT_EQ(value_of(read(secret)).value(), made);
}

TEST_F(AccountsTest, SettingsAreKeptByName) {
    const Bytes first{1, 2, 3};
    const Bytes empty;
    EXPECT_EQ(value_of(read([](Transaction& tables) { return tables.accounts().setting("x"); })),
              std::nullopt);
    for (const Bytes& value : {first, empty}) {
        value_of(write([&](Transaction& tables) { return tables.accounts().set_setting("x", value); }));
        EXPECT_EQ(value_of(read([](Transaction& tables) { return tables.accounts().setting("x"); })), value);
    }
}

}  // namespace
}  // namespace immp::bridge
