// Mail between two nodes: the whole way but XMPP.
#include <set>

#include "armor/base64.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

std::set<std::string> bundle_ids(const Wire& wire) {
    std::set<std::string> ids;
    for (const auto& [from, piece] : wire.pieces)
        ids.insert(piece.bundle_id);
    return ids;
}

std::string random_text(std::size_t count) {
    return armor::encode_base64(armor::random_bytes(count)).substr(0, count);
}

class Federation : public TwoDomains {
  protected:
    bool delivered(const std::string& account, std::size_t count) {
        // The receipt is booked a moment after the mail is filed: both belong to the end of a message.
        return loop_.run_until([&] { return b_.index(account).size() >= count && a_.outbox_rows() == 0; });
    }
};

TEST_F(Federation, MailCrossesWithItsOctetsAndEnvelope) {
    raise_links();
    const std::string picture = random_text(100'000);
    Submit request = mail("alice@a.example", {"bob@b.example"}, "Grüße");
    request.parts.push_back({"picture.png", "image/png", PartClass::attachment});
    const auto answer = a_.submit(request, {"Hello Bob.\n", picture});
    ASSERT_TRUE(answer);
    const auto& submitted = std::get<Submitted>(*answer);
    EXPECT_EQ(submitted.outcomes.front().code, 273);

    ASSERT_TRUE(delivered("bob@b.example", 1));
    const auto inbox = b_.index("bob@b.example");
    ASSERT_EQ(inbox.size(), 1u);
    EXPECT_EQ(inbox[0].id, submitted.id);
    EXPECT_EQ(inbox[0].from, "alice@a.example");
    EXPECT_EQ(inbox[0].subject, "Grüße");
    EXPECT_EQ(b_.fetch("bob@b.example", submitted.id, FetchForm::part, "picture.png"), picture);
    EXPECT_EQ(b_.fetch("bob@b.example", submitted.id, FetchForm::part, "body"), "Hello Bob.\n");
    const std::string json = b_.fetch("bob@b.example", submitted.id, FetchForm::json);
    EXPECT_NE(json.find(R"("received":[{"domain":"a.example")"), json.npos) << json.substr(0, 600);
    EXPECT_NE(json.find(armor::encode_base64(as_bytes(picture))), json.npos);
    EXPECT_EQ(a_.index("alice@a.example", "/SENT").size(), 1u);
}

TEST_F(Federation, NothingOfTheMessageIsReadableOnTheWire) {
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "Zeppelin"),
                          {std::string(5000, 'q') + "Zanzibar"}));
    ASSERT_TRUE(delivered("bob@b.example", 1));
    for (const auto& [from, piece] : wire_.pieces) {
        const std::string octets(as_text(piece.octets));
        for (const std::string word : {"alice", "bob", "Zeppelin", "Zanzibar", "qqqqqqqq"}) {
            EXPECT_EQ(octets.find(word), octets.npos) << word;
        }
    }
}

TEST_F(Federation, TenThatWaitCrossInOneBundle) {
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "n" + std::to_string(i)), {"text"}));
    }
    raise_links();
    ASSERT_TRUE(delivered("bob@b.example", 10));
    EXPECT_EQ(bundle_ids(wire_).size(), 1u);
}

TEST_F(Federation, OneItemCarriesAllRecipientsAndHidesBlindOnes) {
    raise_links();
    Submit request = mail("alice@a.example", {"bob@b.example", "dave@b.example", "carol@a.example"}, "three");
    request.parts.push_back({"meta", "application/immp-metadata+json", PartClass::attachment});
    const auto answer =
        a_.submit(request, {"text", R"({"to": ["bob@b.example"], "reply-to": "carol@a.example"})"});
    ASSERT_TRUE(answer) << answer.error().text;
    ASSERT_TRUE(delivered("dave@b.example", 1));
    const auto& id = std::get<Submitted>(*answer).id;
    const std::string json = b_.fetch("bob@b.example", id, FetchForm::json);
    EXPECT_EQ(json.find("dave@"), json.npos);
    EXPECT_NE(json.find(R"("reply-to":"carol@a.example")"), json.npos);
    EXPECT_EQ(a_.index("carol@a.example").size(), 1u);
    EXPECT_EQ(bundle_ids(wire_).size(), 1u);
}

TEST_F(Federation, MetadataBehindLargeBodiesIsStillRead) {
    raise_links();
    Submit request = mail("alice@a.example", {"bob@b.example"}, "large");
    request.parts.push_back({"film", "video/mp4", PartClass::attachment});
    request.parts.push_back({"meta", "application/immp-metadata+json", PartClass::attachment});
    const std::string padding(40'000, ' ');
    const auto answer = a_.submit(
        request, {"text", std::string(1'040'000, 'f'), R"({"reply-to": "carol@a.example")" + padding + "}"});
    ASSERT_TRUE(answer) << answer.error().text;
    ASSERT_TRUE(delivered("bob@b.example", 1));
    const auto& id = std::get<Submitted>(*answer).id;
    const std::string json = b_.fetch("bob@b.example", id, FetchForm::json);
    EXPECT_NE(json.find(R"("reply-to":"carol@a.example")"), json.npos) << json.substr(0, 1'000);
}

TEST_F(Federation, LostReplyIsAskedForAndNothingComesTwice) {
    int lost = 0;
    wire_.fate = [&](auto&, auto&) { return ++lost <= 2 ? Fate::lose_reply : Fate::pass; };
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "once"), {"text"}));
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
    EXPECT_GE(lost, 1);
}

TEST_F(Federation, RefusedRecipientBouncesOnceAndOnlyThatOne) {
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"nobody@b.example", "bob@b.example"}, "Lost"), {"text"}));
    ASSERT_TRUE(delivered("bob@b.example", 1));
    const auto inbox = a_.index("alice@a.example");
    ASSERT_EQ(inbox.size(), 1u);
    EXPECT_EQ(inbox[0].from, "mailer-daemon@a.example");
    EXPECT_TRUE(inbox[0].subject.starts_with("Undelivered: nobody@b.example")) << inbox[0].subject;
    const std::string json = a_.fetch("alice@a.example", inbox[0].id, FetchForm::json);
    EXPECT_NE(json.find(R"("failed":[{"recipient":"nobody@b.example","code":451,)"), json.npos) << json;
    EXPECT_EQ(b_.rows("deliveries"), 1u) << "there is no end of names that are none";
}

TEST_F(Federation, UnreachablePeerIsTriedAgainWithoutABounce) {
    b_.is_reachable = false;
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "later"), {"text"}));
    for (int i = 0; i < 200; ++i) {
        loop_.advance(5s);
        ASSERT_EQ(a_.outbox_rows(), 1u);
    }
    EXPECT_TRUE(a_.index("alice@a.example").empty());
    b_.is_reachable = true;
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
}

TEST_F(Federation, PeerThatComesBackGetsItsMailAtOnceNotOnTheSchedule) {
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "first"), {"text"}));
    ASSERT_TRUE(delivered("bob@b.example", 1));
    b_.is_reachable = false;
    b_.link_down();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "later"), {"text"}));
    ASSERT_TRUE(loop_.advance_until(5s, [&] {
        (void)a_.outbox_rows();
        return std::ranges::any_of(a_.log,
                                   [](const auto& line) { return line.find("waits 2") != line.npos; });
    }));
    b_.is_reachable = true;
    b_.link_up();  // The clock stands still from here on: no pause ends by itself.
    ASSERT_TRUE(delivered("bob@b.example", 2));
    EXPECT_NE(std::ranges::find(a_.log, "b.example is there again: its mail goes at once"), a_.log.end());
}

TEST_F(Federation, GreetsAgainUntilThePeerHears) {
    raise_links();
    ASSERT_TRUE(b_.submit(mail("bob@b.example", {"alice@a.example"}, "first"), {"text"}));
    ASSERT_TRUE(loop_.run_until([&] { return b_.outbox_rows() == 0; }));
    a_.is_reachable = false;
    const auto heard = [&] {
        (void)b_.outbox_rows();
        return b_.link->greetings;
    };
    const int before = heard();
    b_.link_down();
    b_.link_up();
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return heard() == before + 3; }));
    a_.is_reachable = true;
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return heard() == before + 4; }));
    for (int i = 0; i < 400; ++i) {
        loop_.advance(1s);
        (void)heard();
    }
    EXPECT_EQ(heard(), before + 4) << "who has heard it is told again";
}

TEST_F(Federation, ReceiptThatComesTwiceAtOnceIsBookedOnce) {
    wire_.fate = [](auto&, auto&) { return Fate::lose_reply; };
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "once"), {"text"}));
    ASSERT_TRUE(loop_.run_until([&] { return !wire_.pieces.empty(); }));
    std::optional<Bundles::Given> given;
    ASSERT_TRUE(loop_.run_until([&] {
        given = *b_.in_store<std::optional<Bundles::Given>>([&](Transaction& transaction) {
            return transaction.bundles().receipt("a.example", wire_.pieces.front().second.bundle_id);
        });
        return given.has_value();
    }));
    std::vector<Result<void>> taken;
    for (int i = 0; i < 2; ++i) {
        a_.node->on_receipt("b.example", given->receipt,
                            [&](Result<void> done) { taken.push_back(std::move(done)); });
    }
    ASSERT_TRUE(loop_.run_until([&] { return taken.size() == 2; }));
    EXPECT_TRUE(taken[0]);
    EXPECT_TRUE(taken[1]) << taken[1].error().text;
    EXPECT_EQ(a_.outbox_rows(), 0u);
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
}

TEST_F(Federation, LargeMailGoesInPiecesAndResumesAfterRestarts) {
    const std::string large = random_text(4'000'000);
    std::uint64_t sent = 0;
    bool is_cut = false;
    wire_.fate = [&](auto&, const BundlePiece& piece) {
        sent += piece.octets.size();
        if (piece.at > 1'500'000 && !is_cut) return Fate::lose;
        return Fate::pass;
    };
    raise_links();
    Submit request = mail("alice@a.example", {"bob@b.example"}, "large");
    ASSERT_TRUE(a_.submit(request, {large}));
    ASSERT_TRUE(loop_.run_until([&] { return sent > 1'500'000; }));
    is_cut = true;
    a_.restart();
    b_.restart();
    raise_links();
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    const auto inbox = b_.index("bob@b.example");
    ASSERT_EQ(inbox.size(), 1u);
    EXPECT_EQ(b_.fetch("bob@b.example", inbox[0].id, FetchForm::part, "body"), large);
    EXPECT_EQ(bundle_ids(wire_).size(), 1u) << "the sealed bundle was made anew";
    EXPECT_LT(sent, 5'000'000u) << "what was there was sent again";
}

TEST_F(Federation, ChangedKeyHoldsMailUntilTheAdministratorAccepts) {
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "first"), {"text"}));
    ASSERT_TRUE(delivered("bob@b.example", 1));
    // Another b.example: a new store, a new key, no word of the old one.
    House other(wire_, "b.example", directory_ / "b2");
    other.add_account("bob@b.example");
    other.link_up();
    a_.restart();
    a_.link_up();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "second"), {"text"}));
    ASSERT_TRUE(loop_.advance_until(1s, [&] {
        (void)a_.outbox_rows();
        return std::ranges::any_of(
            a_.log, [](const auto& line) { return line.find("immpd pins accept") != line.npos; });
    }));
    EXPECT_EQ(a_.outbox_rows(), 1u);
    EXPECT_TRUE(other.index("bob@b.example").empty());
    ASSERT_TRUE(a_.in_store<Done>([](Transaction& transaction) -> Result<Done> {
        auto pin = transaction.keys().pin("b.example");
        (*pin)->record = (*pin)->offered;
        (*pin)->offered.clear();
        (*pin)->state = PinState::trusted;
        auto saved = transaction.keys().save_pin(**pin);
        if (!saved) return std::unexpected(saved.error());
        return Done{};
    }));
    ASSERT_TRUE(loop_.advance_until(30s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(other.index("bob@b.example").size(), 1u);
}

TEST_F(Federation, RenewedSealingKeyIsFollowed) {
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "one"), {"text"}));
    ASSERT_TRUE(delivered("bob@b.example", 1));
    for (int hour = 0; hour < 24 * 8; ++hour) {
        loop_.advance(1h);
        (void)a_.outbox_rows();
        (void)b_.outbox_rows();
    }
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "two"), {"text"}));
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 2u);
    EXPECT_TRUE(std::ranges::find(b_.log, "the sealing key was renewed") != b_.log.end());
}

TEST_F(Federation, WaitingMailGetsANoticeAndBouncesAfterFiveDays) {
    b_.is_reachable = false;
    raise_links();
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "slow"), {"text"}));
    const auto subjects = [&] {
        std::vector<std::string> all;
        for (const auto& entry : a_.index("alice@a.example"))
            all.push_back(entry.subject);
        return all;
    };
    for (int i = 0; i < 60; ++i) {
        loop_.advance(5min);
        (void)a_.outbox_rows();
    }
    EXPECT_EQ(subjects(), std::vector<std::string>{"Delayed: bob@b.example: slow"});
    EXPECT_EQ(a_.outbox_rows(), 1u);
    for (int i = 0; i < 6 * 24 * 2; ++i) {
        loop_.advance(30min);
        (void)a_.outbox_rows();
    }
    EXPECT_EQ(a_.outbox_rows(), 0u);
    ASSERT_EQ(subjects().size(), 2u);
    EXPECT_EQ(subjects().front(), "Undelivered: bob@b.example: slow");
}

TEST_F(Federation, EchoComesBack) {
    raise_links();
    std::optional<Result<std::chrono::milliseconds>> echo;
    a_.node->echo("b.example", [&](auto result) { echo = std::move(result); });
    ASSERT_TRUE(loop_.run_until([&] { return echo.has_value(); }));
    EXPECT_TRUE(*echo) << echo->error().text;
}

}  // namespace
}  // namespace immp::bridge
