// No promise is given before the sync that covers it has returned, and none when that sync failed. Each row
// is a place where something leaves that others build on (docs/design.md, Promises).
#include "armor/bundle.hpp"
#include "armor/receipt.hpp"
#include "bridge/node/sharing.hpp"
#include "tests/node/empty_bundle.hpp"
#include "tests/node/unsafe_disk.hpp"

namespace immp::bridge {
namespace {

constexpr const char* kUuid = "00000000-0000-4000-8000-000000000001";

/// What came: 200 or the code of a success, else the error's; nothing yet.
struct Reply {
    std::optional<int> code;
};
using ReplyPtr = std::shared_ptr<Reply>;
using Begin = std::function<void(ReplyPtr)>;

class Promises : public UnsafeDisk {
  protected:
    Promises() {
        get_acquainted();
        EXPECT_TRUE(a_.in_store<Done>([this](Transaction& transaction) -> Result<Done> {
            auto made = transaction.shares().add_mailbox("helpdesk@a.example", loop_.now());
            if (!made) return std::unexpected(std::move(made.error()));
            return add_owner(transaction, "helpdesk@a.example", "alice@a.example");
        }));
    }
    ~Promises() override {
        disk_.release();
        desks_.clear();
    }

  public:
    void ask(Request request, const ReplyPtr& reply, const std::vector<std::string>& bodies = {}) {
        auto desk = a_.node->make_desk();
        for (std::uint32_t part = 0; part < bodies.size(); ++part)
            desk->part_octets({1, part, bodies[part]});
        desk->ask(std::move(request), [reply](Answer answer) {
            if (!answer) {
                reply->code = answer.error().code;
            } else {
                const auto* submitted = std::get_if<Submitted>(&*answer);
                reply->code = submitted ? submitted->outcomes.front().code : 200;
            }
        });
        desks_.push_back(std::move(desk));
    }
    void submit(const std::string& to, const ReplyPtr& reply, const std::string& from = "") {
        Submit request = mail("alice@a.example", {to}, "promised");
        request.from = from;
        request.id = kUuid;
        request.delivery = 1;
        request.parts[0].number = 0;
        ask(std::move(request), reply, {"text"});
    }
    void send_piece(const EmptyBundle& bundle, std::size_t begin, std::size_t end, const ReplyPtr& reply) {
        a_.node->on_piece(
            "b.example", "immp.b.example",
            {bundle.id, begin, bundle.octets.size(),
             Bytes(bundle.octets.begin() + static_cast<std::ptrdiff_t>(begin),
                   bundle.octets.begin() + static_cast<std::ptrdiff_t>(end))},
            [reply](Result<BundleStatus> status) { reply->code = status ? 200 : status.error().code; });
    }
    /// b.example's, to a.example.
    EmptyBundle bundle() {
        const auto here = keys_of(b_);
        const auto there = keys_of(a_);
        return seal_empty({"b.example", "a.example", armor::random_uuid(), here->record.fingerprint(),
                           there->record.fingerprint()},
                          *here, there->record, loop_.now());
    }
    /// Alice's node, of which carol has a subscription where she is to.
    void make_node(bool is_open = true) {
        const auto made = std::make_shared<Reply>();
        ask(CreateNode{"alice@a.example", node_name(), "News", "", is_open}, made);
        await(made);
    }
    void subscribe_carol() {
        const auto made = std::make_shared<Reply>();
        ask(Subscribe{"carol@a.example", node_name()}, made);
        await(made);
    }
    static Imid node_name() { return parse_imid("alice/news@a.example").value(); }
    void await(const ReplyPtr& reply) {
        EXPECT_TRUE(loop_.run_until([&] { return reply->code.has_value(); }));
    }
    /// Sends the pieces before `begin`, and returns what sends the one from there.
    Begin piece(std::size_t first_end, std::size_t begin, std::size_t end) {
        const EmptyBundle whole = bundle();
        const std::size_t head = whole.head_bytes;
        if (begin > 0) {
            const auto reply = std::make_shared<Reply>();
            send_piece(whole, 0, head + first_end, reply);
            await(reply);
            EXPECT_EQ(reply->code, 200);
            if (begin > first_end) {
                const auto second = std::make_shared<Reply>();
                send_piece(whole, head + first_end, head + begin, second);
                await(second);
            }
        }
        const std::size_t until = end == 0 ? whole.octets.size() : head + end;
        const std::size_t from = begin == 0 ? 0 : head + begin;
        return [this, whole, from, until](ReplyPtr reply) { send_piece(whole, from, until, reply); };
    }
    /// a.example's bundle to b.example whose receipt was lost.
    BundleStatus unreceipted() {
        wire_.fate = [](auto& from, auto&) { return from == "a.example" ? Fate::lose_reply : Fate::pass; };
        EXPECT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "unreceipted"), {"text"}));
        EXPECT_TRUE(loop_.run_until([&] { return !wire_.lost.empty(); }));
        return wire_.lost.back();
    }
    Begin receipt(Bytes octets) {
        return [this, octets](ReplyPtr reply) {
            a_.node->on_receipt("b.example", octets,
                                [reply](Result<void> done) { reply->code = done ? 200 : done.error().code; });
        };
    }
    Bytes refusal() {
        static_cast<void>(unreceipted());
        const auto keys = keys_of(b_);
        const auto head = armor::parse_head(wire_.pieces.back().second.octets);
        const auto made =
            armor::make_refusal((*head)->head, 423, {keys->record.fingerprint(), keys->signing, loop_.now()});
        const std::string text = armor::receipt_text(*made);
        return Bytes(text.begin(), text.end());
    }
    void share(Rights rights, const ReplyPtr& reply) {
        ask(ShareMailbox{"alice@a.example", "helpdesk@a.example", "", "carol@a.example", rights}, reply);
    }
    void approve(const std::string& source) {
        const auto reply = std::make_shared<Reply>();
        ask(JudgePushSource{"alice@a.example", source, PushDecision::approve}, reply);
        await(reply);
    }
    /// Carol's.
    void push(const std::string& to, const ReplyPtr& reply) {
        PushMessage push;
        push.delivery = 1;
        push.who = push.publisher = "carol@a.example";
        push.recipient = *parse_imid(to);
        push.ttl = kPushTime;
        push.actions = {{"Seen", "https://a.example/"}};
        push.part_name = "text";
        push.part_type = "text/plain";
        ask(std::move(push), reply, {"A disk has failed"});
    }
    std::string push_for_alice() { return a_.index("alice@a.example", "/PUSH").front().id; }
    void add_device() {
        set_password();
        const auto reply = std::make_shared<Reply>();
        ask(RecordLogin{"alice@a.example", "phone", {}}, reply);
        await(reply);
    }
    void set_password() { a_.set_password("alice@a.example"); }
    [[nodiscard]] Time now() const { return loop_.now(); }
    std::string mail_for_alice() { return a_.index("alice@a.example").front().id; }

  protected:
    std::vector<std::unique_ptr<SessionHost>> desks_;
};

struct PromiseRow {
    const char* name;
    int code;  ///< of the promise
    Begin (*prepare)(Promises&);
};

Block a_block() {
    return {"c.example", BlockAction::reject, "", Time{}, std::nullopt};
}

const PromiseRow kRows[] = {
    {"DoneLocal", 275,
     [](Promises& t) -> Begin { return [&t](ReplyPtr reply) { t.submit("carol@a.example", reply); }; }},
    {"DoneRemote", 273,
     [](Promises& t) -> Begin { return [&t](ReplyPtr reply) { t.submit("bob@b.example", reply); }; }},
    {"DoneAgainBehindTheFirst", 409,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) {
             t.submit("carol@a.example", std::make_shared<Reply>());
             t.submit("carol@a.example", reply);
         };
     }},
    {"Login", 200,
     [](Promises& t) -> Begin {
         t.set_password();
         return [&t](ReplyPtr reply) { t.ask(RecordLogin{"alice@a.example", "phone", {}}, reply); };
     }},
    {"DeviceAdd", 200,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) { t.ask(AddDevice{"alice@a.example", "laptop"}, reply); };
     }},
    {"PasswordRenewed", 200,
     [](Promises& t) -> Begin {
         t.set_password();
         return [&t](ReplyPtr reply) { t.ask(RenewPassword{"alice@a.example", {}, {}, {}}, reply); };
     }},
    {"KeyPublished", 200,
     [](Promises& t) -> Begin {
         armor::RecordClaims claims;
         const auto pair = armor::SigningPair::generate();
         claims.owner = armor::Owner::kUser;
         claims.name = "alice@a.example";
         claims.serial = 1;
         claims.sign = pair.open;
         claims.not_before = t.now();
         claims.not_after = t.now() + std::chrono::days(1);
         const std::string record = armor::Record::make(claims, pair)->text();
         return [&t, record](ReplyPtr reply) { t.ask(PublishKey{1, "alice@a.example", 0}, reply, {record}); };
     }},
    {"DeviceRevoke", 200,
     [](Promises& t) -> Begin {
         t.add_device();
         return [&t](ReplyPtr reply) { t.ask(RevokeDevice{"alice@a.example", "phone"}, reply); };
     }},
    {"MailboxCreate", 200,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) { t.ask(CreateFolder{"alice@a.example", "/new"}, reply); };
     }},
    {"MailboxFlag", 200,
     [](Promises& t) -> Begin {
         return [&t, id = t.mail_for_alice()](ReplyPtr reply) {
             t.ask(FlagMessage{"alice@a.example", "/INBOX", id, true, true}, reply);
         };
     }},
    {"MailboxRemove", 200,
     [](Promises& t) -> Begin {
         return [&t, id = t.mail_for_alice()](ReplyPtr reply) {
             t.ask(RemoveMessage{"alice@a.example", "/INBOX", id}, reply);
         };
     }},
    {"MailboxTake", 200,
     [](Promises& t) -> Begin {
         return [&t, id = t.mail_for_alice()](ReplyPtr reply) {
             t.ask(FetchMessage{"alice@a.example", "/INBOX", id, FetchForm::json, "", true, true}, reply);
         };
     }},
    {"ShareGiven", 200,
     [](Promises& t) -> Begin { return [&t](ReplyPtr reply) { t.share(Rights::all(), reply); }; }},
    {"ShareEnded", 200,
     [](Promises& t) -> Begin {
         const auto given = std::make_shared<Reply>();
         t.share(Rights::all(), given);
         t.await(given);
         return [&t](ReplyPtr reply) { t.share({}, reply); };
     }},
    {"DoneInASharedName", 275,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) { t.submit("carol@a.example", reply, "helpdesk@a.example"); };
     }},
    {"NodeMade", 200,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) {
             t.ask(CreateNode{"alice@a.example", Promises::node_name(), "News", "", true}, reply);
         };
     }},
    {"ItemPublished", 200,
     [](Promises& t) -> Begin {
         t.make_node();
         t.subscribe_carol();
         return [&t](ReplyPtr reply) {
             t.ask(PublishItem{1, "alice@a.example", Promises::node_name(), "", "n", "text", "text/plain", 0},
                   reply, {"text"});
         };
     }},
    {"PersonAdmitted", 200,
     [](Promises& t) -> Begin {
         t.make_node(false);
         return [&t](ReplyPtr reply) {
             t.ask(DecidePerson{"alice@a.example", Promises::node_name(), parse_imid("bob@b.example").value(),
                                NodeAdmission::admitted},
                   reply);
         };
     }},
    {"NodeDropped", 200,
     [](Promises& t) -> Begin {
         t.make_node();
         return [&t](ReplyPtr reply) { t.ask(DropNode{"alice@a.example", Promises::node_name()}, reply); };
     }},
    {"Subscribed", 200,
     [](Promises& t) -> Begin {
         t.make_node();
         return [&t](ReplyPtr reply) { t.ask(Subscribe{"carol@a.example", Promises::node_name()}, reply); };
     }},
    {"SubscribedButNotDecided", 480,
     [](Promises& t) -> Begin {
         t.make_node(false);
         return [&t](ReplyPtr reply) { t.ask(Subscribe{"carol@a.example", Promises::node_name()}, reply); };
     }},
    {"Unsubscribed", 200,
     [](Promises& t) -> Begin {
         t.make_node();
         t.subscribe_carol();
         return [&t](ReplyPtr reply) {
             t.ask(Unsubscribe{"carol@a.example", "", Promises::node_name()}, reply);
         };
     }},
    {"SetGlobal", 200,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) { t.ask(ChangeSetting{"alice@a.example", {"NOTIFY", "NONE"}}, reply); };
     }},
    {"BlockAdd", 200,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) { t.ask(AddBlock{"alice@a.example", a_block()}, reply); };
     }},
    {"BlockDrop", 200,
     [](Promises& t) -> Begin {
         const auto added = std::make_shared<Reply>();
         t.ask(AddBlock{"alice@a.example", a_block()}, added);
         t.await(added);
         return [&t](ReplyPtr reply) { t.ask(DropBlock{"alice@a.example", "c.example"}, reply); };
     }},
    {"PushHere", 200,
     [](Promises& t) -> Begin {
         t.approve("carol@a.example");
         return [&t](ReplyPtr reply) { t.push("alice@a.example", reply); };
     }},
    {"PushThatWaits", 200,
     [](Promises& t) -> Begin { return [&t](ReplyPtr reply) { t.push("alice@a.example", reply); }; }},
    {"PushToNobody", 200,
     [](Promises& t) -> Begin { return [&t](ReplyPtr reply) { t.push("nobody@a.example", reply); }; }},
    {"PushElsewhere", 200,
     [](Promises& t) -> Begin { return [&t](ReplyPtr reply) { t.push("bob@b.example", reply); }; }},
    {"PushMint", 200,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) {
             t.ask(MintToken{"alice@a.example", "", 1, std::chrono::seconds(60)}, reply);
         };
     }},
    {"PushApprove", 200,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) {
             t.ask(JudgePushSource{"alice@a.example", "carol@a.example", PushDecision::approve}, reply);
         };
     }},
    {"PushBlock", 200,
     [](Promises& t) -> Begin {
         return [&t](ReplyPtr reply) {
             t.ask(JudgePushSource{"alice@a.example", "carol@a.example", PushDecision::block}, reply);
         };
     }},
    {"PushForget", 200,
     [](Promises& t) -> Begin {
         t.approve("carol@a.example");
         return [&t](ReplyPtr reply) {
             t.ask(JudgePushSource{"alice@a.example", "carol@a.example", PushDecision::forget}, reply);
         };
     }},
    {"PushAnswer", 200,
     [](Promises& t) -> Begin {
         t.approve("carol@a.example");
         const auto pushed = std::make_shared<Reply>();
         t.push("alice@a.example", pushed);
         t.await(pushed);
         return [&t, id = t.push_for_alice()](ReplyPtr reply) {
             t.ask(AnswerPush{"alice@a.example", id, "Seen"}, reply);
         };
     }},
    {"BundleWhole", 200, [](Promises& t) -> Begin { return t.piece(0, 0, 0); }},
    {"BundleOfASession", 200,
     [](Promises& t) -> Begin {
         return [&t, octets = std::string(as_text(t.bundle().octets))](ReplyPtr reply) {
             t.ask(TakeBundle{1, "b.example", "a.example", 0}, reply, {octets});
         };
     }},
    {"ReceiptOfASession", 200,
     [](Promises& t) -> Begin {
         return [&t, octets = std::string(as_text(t.unreceipted().receipt))](ReplyPtr reply) {
             t.ask(TakeReceipt{1, "b.example", 0}, reply, {octets});
         };
     }},
    {"PieceFirst", 200, [](Promises& t) -> Begin { return t.piece(0, 0, 100); }},
    {"PieceMiddle", 200, [](Promises& t) -> Begin { return t.piece(100, 100, 200); }},
    {"PieceLast", 200, [](Promises& t) -> Begin { return t.piece(100, 200, 0); }},
    {"Receipt", 200, [](Promises& t) -> Begin { return t.receipt(t.unreceipted().receipt); }},
    {"ReceiptOfRefusal", 200, [](Promises& t) -> Begin { return t.receipt(t.refusal()); }},
};

std::string name_of(const testing::TestParamInfo<PromiseRow>& row) {
    return row.param.name;
}

class Promised : public Promises, public testing::WithParamInterface<PromiseRow> {};
INSTANTIATE_TEST_SUITE_P(Each, Promised, testing::ValuesIn(kRows), name_of);

TEST_P(Promised, ComesWithTheSyncThatCoversItAndNotBefore) {
    const Begin begin = GetParam().prepare(*this);
    const auto reply = std::make_shared<Reply>();
    disk_.hold_syncs("/a/");
    begin(reply);
    ASSERT_TRUE(loop_.run_until([&] { return disk_.holds(); }));
    // Others are served meanwhile, and what was ready before them would have come before them.
    EXPECT_EQ(a_.index("alice@a.example").size(), 1u);
    EXPECT_EQ(reply->code, std::nullopt);
    disk_.release();
    await(reply);
    EXPECT_EQ(reply->code, GetParam().code);
}

TEST_P(Promised, NeverComesWhenThatSyncFails) {
    const Begin begin = GetParam().prepare(*this);
    const auto reply = std::make_shared<Reply>();
    disk_.inject({test::DiskOperation::sync, test::io_error(test::DiskOperation::sync), "/a/"});
    begin(reply);
    await(reply);
    EXPECT_EQ(reply->code, 702);
    EXPECT_TRUE(a_.is_broken) << "told before the one whose sync it was";
    // Nor does any later one, though the disk seems well again.
    const auto later = std::make_shared<Reply>();
    begin(later);
    await(later);
    EXPECT_EQ(later->code, 702);
    EXPECT_EQ(a_.index("alice@a.example").size(), 1u) << "reading goes on";
}

TEST_P(Promised, OnAFullDiskIsA702AndComesWhenThereIsRoom) {
    const Begin begin = GetParam().prepare(*this);
    const auto reply = std::make_shared<Reply>();
    disk_.inject({test::DiskOperation::write, test::kDiskFull, "/a/", 0, test::Fault::kEver});
    begin(reply);
    await(reply);
    const bool is_login = std::string_view(GetParam().name) == "Login";
    EXPECT_EQ(reply->code, is_login ? 200 : 702) << "a login promises nothing that is stored";
    EXPECT_FALSE(a_.is_broken);
    disk_.mend();
    const auto later = std::make_shared<Reply>();
    begin(later);
    await(later);
    EXPECT_EQ(later->code, GetParam().code);
}

TEST_F(Promises, AQuestionIsAnsweredFromWhatIsSynced) {
    const EmptyBundle whole = bundle();
    disk_.hold_syncs("/a/");
    const auto piece = std::make_shared<Reply>();
    send_piece(whole, 0, whole.head_bytes + 100, piece);
    ASSERT_TRUE(loop_.run_until([&] { return disk_.holds(); }));
    std::optional<Result<BundleStatus>> status;
    a_.node->on_bundle_question("b.example", "immp.b.example", whole.id,
                                [&](Result<BundleStatus> said) { status = std::move(said); });
    ASSERT_TRUE(loop_.run_until([&] { return status.has_value(); }));
    ASSERT_TRUE(*status);
    EXPECT_FALSE((*status)->known);
    disk_.release();
    await(piece);
    status.reset();
    a_.node->on_bundle_question("b.example", "immp.b.example", whole.id,
                                [&](Result<BundleStatus> said) { status = std::move(said); });
    ASSERT_TRUE(loop_.run_until([&] { return status.has_value(); }));
    EXPECT_EQ((*status)->at, whole.head_bytes + 100);
}

TEST_F(Promises, AWatchIsToldWhatIsSyncedAndNotBefore) {
    auto desk = a_.node->make_desk();
    std::optional<std::uint64_t> total;
    const auto watch = [&] {
        total.reset();
        desk->ask(WatchFolder{1, "carol@a.example", "/INBOX"}, [&](Answer answer) {
            if (answer) total = std::get<MailboxStatus>(*answer).front().total;
        });
    };
    watch();
    ASSERT_TRUE(loop_.run_until([&] { return total.has_value(); }));
    watch();
    disk_.hold_syncs("/a/");
    const auto reply = std::make_shared<Reply>();
    submit("carol@a.example", reply);
    ASSERT_TRUE(loop_.run_until([&] { return disk_.holds(); }));
    EXPECT_EQ(a_.index("alice@a.example").size(), 1u);
    EXPECT_FALSE(total);
    disk_.release();
    ASSERT_TRUE(loop_.run_until([&] { return total.has_value(); }));
    EXPECT_EQ(total, 1u);
    await(reply);
}

TEST_F(Promises, AMessageIsGivenOnAFullDiskAndStaysUnread) {
    const std::string id = mail_for_alice();
    disk_.inject({test::DiskOperation::write, test::kDiskFull, "/a/", 0, test::Fault::kEver});
    const auto fetch = [&] {
        const auto reply = std::make_shared<Reply>();
        ask(FetchMessage{"alice@a.example", "/INBOX", id, FetchForm::json, "", true}, reply);
        await(reply);
        return reply->code;
    };
    const auto unread = [&] {
        CheckMailbox check;
        check.account = "alice@a.example";
        check.path = "/INBOX";
        auto status = a_.ask(*a_.node->make_desk(), check);
        return std::get<MailboxStatus>(*status).front().unread;
    };
    EXPECT_EQ(fetch(), 200);
    EXPECT_EQ(unread(), 1u);
    disk_.mend();
    EXPECT_EQ(fetch(), 200);
    EXPECT_EQ(unread(), 0u);
}

}  // namespace
}  // namespace immp::bridge
