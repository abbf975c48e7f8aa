#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

Message full_message(Transaction& tables) {
    Message message = make_message(tables, uuid_of(1), "content");
    Envelope& envelope = message.envelope;
    envelope.to = {"bob@b.example", "an odd, 3:name@c.example"};
    envelope.cc = {"carol@a.example"};
    envelope.subject = "Grüße, \"quoted\"";
    envelope.date = at(42);
    envelope.expires = at(4242);
    envelope.importance = Importance::high;
    envelope.secure = true;
    envelope.reply_to = "desk@a.example";
    envelope.in_reply_to = uuid_of(7);
    envelope.references = {uuid_of(6), uuid_of(7)};
    envelope.received = {{"a.example", at(43)}, {"b.example", at(-44)}};
    envelope.received_via = {{"gateway.example", at(44), true}, {"c.example", at(-45), false}};
    envelope.failed = {{"dave@b.example", 451, "recipient refused, for good"}, {"eve@b.example", 410, ""}};
    const BodyId body = value_of(tables.bodies().create(at(0)));
    value_of(tables.bodies().append(body, "attached"));
    message.parts.push_back({"a file.txt", "application/octet-stream", PartClass::attachment, 8, body, {}});
    return message;
}

class MailboxesTest : public StoreTest {
  protected:
    MessageId add_message(std::string_view uuid) {
        return value_of(
            write([&](Transaction& tables) { return tables.mailboxes().add(make_message(tables, uuid)); }));
    }
    Result<std::string> file(MessageId message, FolderId folder, std::string_view spare,
                             Mark mark = Mark::unread) {
        return write([&](Transaction& tables) {
            return tables.mailboxes().file(message, folder, mark, spare, at(0));
        });
    }
    Result<FolderId> create_folder(std::string_view path) {
        return write([&](Transaction& tables) { return tables.mailboxes().create_folder(alice_, path); });
    }
    Folder counts(std::string_view path) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().folder(alice_, path); }))
            .value();
    }
    std::optional<Reference> find(FolderId folder, std::string_view uuid) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().find(folder, uuid); }));
    }
    Result<void> mark(FolderId folder, std::string_view uuid, Mark mark) {
        return write([&](Transaction& tables) { return tables.mailboxes().mark(folder, uuid, mark); });
    }

    AccountId alice_ = add_account("alice@a.example");
    FolderId inbox_ = folder_of(alice_, "/INBOX");
    FolderId sent_ = folder_of(alice_, "/SENT");
};

TEST_F(MailboxesTest, AMessageComesBackAsItWasStored) {
    Message stored;
    const MessageId id = value_of(write([&](Transaction& tables) {
        stored = full_message(tables);
        return tables.mailboxes().add(stored);
    }));
    reopen();
    const Message found =
        value_of(read([&](Transaction& tables) { return tables.mailboxes().message(id); })).value();
    const Envelope& is = found.envelope;
    const Envelope& was = stored.envelope;
    EXPECT_EQ(is.id, was.id);
    EXPECT_EQ(is.from, was.from);
    EXPECT_EQ(is.to, was.to);
    EXPECT_EQ(is.cc, was.cc);
    EXPECT_EQ(is.subject, was.subject);
    EXPECT_EQ(is.date, was.date);
    EXPECT_EQ(is.expires, was.expires);
    EXPECT_EQ(is.importance, was.importance);
    EXPECT_EQ(is.secure, was.secure);
    EXPECT_EQ(is.reply_to, was.reply_to);
    EXPECT_EQ(is.in_reply_to, was.in_reply_to);
    EXPECT_EQ(is.references, was.references);
    ASSERT_EQ(is.received.size(), 2U);
    EXPECT_EQ(is.received[0].domain, "a.example");
    EXPECT_EQ(is.received[1].timestamp, at(-44));
    ASSERT_EQ(is.received_via.size(), 2U);
    EXPECT_EQ(is.received_via[0].domain, "gateway.example");
    EXPECT_EQ(is.received_via[1].timestamp, at(-45));
    EXPECT_TRUE(is.received_via[0].verified);
    EXPECT_FALSE(is.received_via[1].verified);
    ASSERT_EQ(is.failed.size(), 2U);
    EXPECT_EQ(is.failed[0].recipient, "dave@b.example");
    EXPECT_EQ(is.failed[0].code, 451);
    EXPECT_EQ(is.failed[0].cause, "recipient refused, for good");
    EXPECT_EQ(is.failed[1].cause, "");
    ASSERT_EQ(found.parts.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(found.parts[i].id, stored.parts[i].id);
        EXPECT_EQ(found.parts[i].type, stored.parts[i].type);
        EXPECT_EQ(found.parts[i].part_class, stored.parts[i].part_class);
        EXPECT_EQ(found.parts[i].length, stored.parts[i].length);
        EXPECT_EQ(found.parts[i].body, stored.parts[i].body);
        EXPECT_EQ(found.parts[i].digest, stored.parts[i].digest);
    }
    EXPECT_FALSE(value_of(read([&](Transaction& tables) { return tables.mailboxes().message(id + 1); })));
}

TEST_F(MailboxesTest, AMessageWithoutItsBodyIsRefusedWhole) {
    const auto refused = write([](Transaction& tables) {
        Message message = make_message(tables, uuid_of(1));
        message.parts.front().body += 1;
        return tables.mailboxes().add(message);
    });
    EXPECT_EQ(code_of(refused), 700);
    EXPECT_FALSE(value_of(read([](Transaction& tables) { return tables.mailboxes().message(1); })));
}

TEST_F(MailboxesTest, FolderPathsCompareCaselessly) {
    const FolderId lists = value_of(create_folder("/Inbox/Lists"));
    EXPECT_EQ(code_of(create_folder("/inbox/LISTS")), 409);
    EXPECT_EQ(folder_of(alice_, "/INBOX/lists"), lists);
    EXPECT_EQ(counts("/inbox/lists").path, "/INBOX/Lists")
        << "as it was created, below INBOX as that is spelt";
    EXPECT_EQ(folder_of(alice_, "/inbox"), inbox_);
}

TEST_F(MailboxesTest, AFolderNeedsItsParentAndAPath) {
    EXPECT_EQ(code_of(create_folder("/none/sub")), 404);
    for (const std::string_view path :
         {"", "/", "INBOX", "/INBOX/", "/INBOX//a", "/INBOX/a#b", "/INBOX/a\nb"})
        EXPECT_EQ(code_of(create_folder(path)), 400) << path;
    EXPECT_FALSE(
        value_of(read([&](Transaction& tables) { return tables.mailboxes().folder(alice_, "/none"); })));
}

TEST_F(MailboxesTest, FoldersListsParentsBeforeChildren) {
    for (const std::string_view path : {"/work", "/work/b", "/work/b/c", "/work-old", "/work/a"})
        value_of(create_folder(path));
    const auto folders =
        value_of(read([&](Transaction& tables) { return tables.mailboxes().folders(alice_); }));
    ASSERT_EQ(folders.size(), 10U);
    std::vector<std::string> seen{""};
    for (const Folder& folder : folders) {
        const std::string parent = folder.path.substr(0, folder.path.rfind('/'));
        EXPECT_NE(std::find(seen.begin(), seen.end(), parent), seen.end()) << folder.path;
        seen.push_back(folder.path);
    }
}

TEST_F(MailboxesTest, CountersFollowFilingAndMarking) {
    const MessageId first = add_message(uuid_of(1));
    const MessageId second = add_message(uuid_of(2));
    value_of(file(first, inbox_, uuid_of(10)));
    value_of(file(second, inbox_, uuid_of(11), Mark::read));
    EXPECT_EQ(counts("/INBOX").total, 2U);
    EXPECT_EQ(counts("/INBOX").unread, 1U);
    EXPECT_EQ(counts("/SENT").total, 0U);

    for (int repeat = 0; repeat < 2; ++repeat) {
        value_of(mark(inbox_, uuid_of(1), Mark::read));
        EXPECT_EQ(counts("/INBOX").unread, 0U);
    }
    EXPECT_TRUE(find(inbox_, uuid_of(1)).value().read);
    value_of(mark(inbox_, uuid_of(2), Mark::unread));
    EXPECT_EQ(counts("/INBOX").unread, 1U);
    EXPECT_EQ(counts("/INBOX").total, 2U);
    EXPECT_EQ(code_of(mark(inbox_, uuid_of(3), Mark::read)), 404);
    EXPECT_EQ(code_of(mark(sent_, uuid_of(1), Mark::read)), 404);
}

TEST_F(MailboxesTest, AMessageHasOneIdInAllFoldersOfAnAccount) {
    const MessageId message = add_message(uuid_of(1));
    EXPECT_EQ(value_of(file(message, sent_, uuid_of(10), Mark::read)), uuid_of(1));
    EXPECT_EQ(value_of(file(message, inbox_, uuid_of(11))), uuid_of(1));
    EXPECT_TRUE(find(sent_, uuid_of(1)).value().read);
    EXPECT_FALSE(find(inbox_, uuid_of(1)).value().read);
    EXPECT_EQ(find(inbox_, uuid_of(1)).value().message, message);
}

TEST_F(MailboxesTest, FilingAgainChangesNothing) {
    const MessageId message = add_message(uuid_of(1));
    value_of(file(message, inbox_, uuid_of(10), Mark::read));
    EXPECT_EQ(value_of(file(message, inbox_, uuid_of(11), Mark::unread)), uuid_of(1));
    EXPECT_EQ(counts("/INBOX").total, 1U);
    EXPECT_EQ(counts("/INBOX").unread, 0U);
}

TEST_F(MailboxesTest, AnotherMessageUnderAHeldIdGetsTheSpareOne) {
    const MessageId first = add_message(uuid_of(1));
    const MessageId other = add_message(uuid_of(1));
    EXPECT_EQ(value_of(file(first, inbox_, uuid_of(10))), uuid_of(1));
    EXPECT_EQ(value_of(file(other, sent_, uuid_of(11))), uuid_of(11)) << "in any folder of the account";
    EXPECT_EQ(value_of(file(other, inbox_, uuid_of(12))), uuid_of(11)) << "and the same one in each";
    EXPECT_EQ(find(inbox_, uuid_of(11)).value().message, other);
    EXPECT_EQ(find(inbox_, uuid_of(1)).value().message, first);

    const AccountId bob = add_account("bob@a.example");
    EXPECT_EQ(value_of(file(other, folder_of(bob, "/INBOX"), uuid_of(13))), uuid_of(1))
        << "another mailbox does not matter";
}

TEST_F(MailboxesTest, FilingNeedsFolderAndMessage) {
    const MessageId message = add_message(uuid_of(1));
    EXPECT_EQ(code_of(file(message, 9999, uuid_of(10))), 404);
    EXPECT_EQ(code_of(file(9999, inbox_, uuid_of(10))), 404);
}

TEST_F(MailboxesTest, ASubmissionIsRememberedByAccountAndId) {
    const armor::Digest digest{9, 8, 7};
    const AccountId bob = add_account("bob@a.example");
    value_of(write([&](Transaction& tables) {
        return tables.mailboxes().record_submission(alice_, uuid_of(1), digest, at(0));
    }));
    const auto submission = [&](AccountId account, std::uint64_t number) {
        return value_of(read(
            [&](Transaction& tables) { return tables.mailboxes().submission(account, uuid_of(number)); }));
    };
    EXPECT_EQ(submission(alice_, 1), digest);
    EXPECT_FALSE(submission(alice_, 2));
    EXPECT_FALSE(submission(bob, 1));
    EXPECT_EQ(code_of(write([&](Transaction& tables) {
                  return tables.mailboxes().record_submission(alice_, uuid_of(1), digest, at(0));
              })),
              700)
        << "looking first is the caller's";
}

TEST_F(MailboxesTest, ADeliveryIsRememberedByItsWholeKeyForAMonth) {
    const auto record = [&](std::string_view origin, std::string_view recipient, std::int64_t second) {
        value_of(write([&](Transaction& tables) {
            return tables.mailboxes().record_delivered(origin, "x@b.example", uuid_of(1), recipient,
                                                       {{5, 6}, 275}, at(second));
        }));
    };
    const auto delivered = [&](std::string_view origin, std::string_view from, std::uint64_t number,
                               std::string_view recipient) {
        return value_of(read([&](Transaction& tables) {
            return tables.mailboxes().delivered(origin, from, uuid_of(number), recipient);
        }));
    };
    record("b.example", "alice@a.example", 0);
    record("b.example", "bob@a.example", 100);

    const auto found = delivered("b.example", "x@b.example", 1, "alice@a.example");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->code, 275);
    EXPECT_EQ(found->digest, (armor::Digest{5, 6}));
    EXPECT_FALSE(delivered("c.example", "x@b.example", 1, "alice@a.example"));
    EXPECT_FALSE(delivered("b.example", "y@b.example", 1, "alice@a.example"));
    EXPECT_FALSE(delivered("b.example", "x@b.example", 2, "alice@a.example"));
    EXPECT_FALSE(delivered("b.example", "x@b.example", 1, "carol@a.example"));

    const auto forget = [](Transaction& tables) { return tables.mailboxes().forget_delivered(at(50)); };
    EXPECT_EQ(value_of(write(forget)), 1U);
    EXPECT_EQ(value_of(write(forget)), 0U);
    EXPECT_FALSE(delivered("b.example", "x@b.example", 1, "alice@a.example"));
    EXPECT_TRUE(delivered("b.example", "x@b.example", 1, "bob@a.example"));
}

}  // namespace
}  // namespace immp::bridge
