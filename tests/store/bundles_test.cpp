#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class BundlesTest : public StoreTest {
  protected:
    OutgoingBundle make_outgoing(std::uint64_t number, std::int64_t sealed) {
        OutgoingBundle bundle;
        bundle.id = uuid_of(number);
        bundle.destination = "b.example";
        bundle.head = {1, 0, 2};
        bundle.digest = {4, 5, 6};
        bundle.content_key.fill()[7] = 77;
        bundle.payload = value_of(write([](Transaction& tables) -> Result<BodyId> {
            const BodyId body = value_of(tables.bodies().create(at(0)));
            value_of(tables.bodies().append(body, "sealed octets"));
            return body;
        }));
        bundle.payload_length = 13;
        bundle.sealed = at(sealed);
        return bundle;
    }
    Result<void> save(const OutgoingBundle& bundle, std::string_view owner, std::int64_t lease_end) {
        return write(
            [&](Transaction& tables) { return tables.bundles().save(bundle, owner, at(lease_end)); });
    }
    std::vector<std::string> claim(std::string_view owner, std::uint32_t most, std::int64_t now,
                                   std::int64_t lease_end) {
        std::vector<std::string> ids;
        for (const OutgoingBundle& bundle : value_of(write([&](Transaction& tables) {
                 return tables.bundles().claim(owner, most, at(now), at(lease_end));
             })))
            ids.push_back(bundle.id);
        return ids;
    }
    std::optional<OutgoingBundle> outgoing(std::uint64_t number) {
        return value_of(
            read([&](Transaction& tables) { return tables.bundles().outgoing(uuid_of(number)); }));
    }
    bool body_is_there(BodyId body) {
        return read([&](Transaction& tables) { return tables.bodies().length(body); }).has_value();
    }
    IncomingBundle begin(std::string_view peer, std::uint64_t number, std::uint64_t of, std::int64_t now) {
        return value_of(write([&](Transaction& tables) {
            return tables.bundles().begin_incoming(peer, uuid_of(number), of, at(now));
        }));
    }
    std::optional<IncomingBundle> incoming(std::string_view peer, std::uint64_t number) {
        return value_of(
            read([&](Transaction& tables) { return tables.bundles().incoming(peer, uuid_of(number)); }));
    }
    Result<void> append(const IncomingBundle& bundle, std::string_view octets, std::int64_t now) {
        return write(
            [&](Transaction& tables) { return tables.bundles().append_incoming(bundle, octets, at(now)); });
    }
};

TEST_F(BundlesTest, ASealedBundleComesBackAfterARestart) {
    const OutgoingBundle saved = make_outgoing(1, 10);
    value_of(save(saved, "me", 60));
    EXPECT_EQ(code_of(save(saved, "me", 60)), 409);
    reopen();
    const auto found = outgoing(1).value();
    EXPECT_EQ(found.destination, saved.destination);
    EXPECT_EQ(found.head, saved.head);
    EXPECT_EQ(found.digest, saved.digest);
    EXPECT_TRUE(found.content_key.equal(saved.content_key.view()));
    EXPECT_EQ(found.payload, saved.payload);
    EXPECT_EQ(found.payload_length, 13U);
    EXPECT_EQ(found.sealed, at(10));
    EXPECT_FALSE(outgoing(2));
}

TEST_F(BundlesTest, ABundleIsClaimedWhenItsLeaseEndedOldestFirst) {
    value_of(save(make_outgoing(1, 20), "one", 60));
    value_of(save(make_outgoing(2, 10), "one", 60));
    value_of(save(make_outgoing(3, 30), "one", 90));
    EXPECT_EQ(claim("two", 9, 59, 100), Strings{});
    EXPECT_EQ(claim("two", 1, 60, 200), Strings{uuid_of(2)});
    EXPECT_EQ(claim("three", 9, 60, 200), Strings{uuid_of(1)});
    EXPECT_EQ(claim("two", 9, 89, 200), Strings{});
    EXPECT_EQ(claim("two", 9, 90, 200), Strings{uuid_of(3)});
}

TEST_F(BundlesTest, RenewingConcernsOnesOwnBundles) {
    value_of(save(make_outgoing(1, 0), "one", 60));
    value_of(save(make_outgoing(2, 0), "two", 60));
    value_of(write([](Transaction& tables) { return tables.bundles().renew("one", at(500)); }));
    EXPECT_EQ(claim("three", 9, 60, 100), Strings{uuid_of(2)});
    value_of(write([](Transaction& tables) { return tables.bundles().release("one"); }));
    EXPECT_EQ(claim("three", 9, 60, 100), Strings{uuid_of(1)});
}

TEST_F(BundlesTest, ADroppedBundleTakesItsPayloadAlong) {
    const OutgoingBundle bundle = make_outgoing(1, 0);
    value_of(save(bundle, "me", 60));
    const auto drop = [](Transaction& tables) { return tables.bundles().drop_outgoing(uuid_of(1)); };
    value_of(write(drop));
    EXPECT_FALSE(outgoing(1));
    EXPECT_FALSE(body_is_there(bundle.payload));
    EXPECT_EQ(code_of(write(drop)), 0) << "again is harmless";
}

TEST_F(BundlesTest, ABundleInWhichRowsTravelIsNotDropped) {
    value_of(save(make_outgoing(1, 0), "me", 60));
    const OutboxId row = value_of(write([](Transaction& tables) -> Result<OutboxId> {
        OutboxRow added;
        added.message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(9))));
        added.destination = "b.example";
        const OutboxId id = value_of(tables.outbox().add(added));
        value_of(tables.outbox().place(uuid_of(1), {{id, 0, 0}}));
        return id;
    }));
    const auto drop = [](Transaction& tables) { return tables.bundles().drop_outgoing(uuid_of(1)); };
    EXPECT_EQ(code_of(write(drop)), 700);
    EXPECT_TRUE(outgoing(1));
    value_of(write([&](Transaction& tables) -> Result<void> {
        value_of(tables.outbox().finish(row));
        return tables.bundles().drop_outgoing(uuid_of(1));
    }));
    EXPECT_FALSE(outgoing(1));
}

TEST_F(BundlesTest, PiecesOfAnIncomingBundleAddUp) {
    EXPECT_FALSE(incoming("immp.b.example", 1));
    IncomingBundle bundle = begin("immp.b.example", 1, 100, 0);
    EXPECT_EQ(bundle.at, 0U);
    value_of(append(bundle, "first ", 5));
    EXPECT_EQ(code_of(append(bundle, "again", 6)), 409) << "at must be where the stored octets end";
    bundle.at = 6;
    value_of(append(bundle, "second", 7));
    reopen();

    const auto found = incoming("immp.b.example", 1).value();
    EXPECT_EQ(found.peer, "immp.b.example");
    EXPECT_EQ(found.id, uuid_of(1));
    EXPECT_EQ(found.of, 100U);
    EXPECT_EQ(found.at, 12U);
    EXPECT_EQ(found.touched, at(7));
    EXPECT_EQ(value_of(read([&](Transaction& tables) { return tables.bodies().read(found.body, 0, 100); })),
              "first second");
    EXPECT_FALSE(incoming("immp.c.example", 1)) << "kept by peer and id";

    value_of(write([&](Transaction& tables) { return tables.bundles().truncate_incoming(found, 5); }));
    EXPECT_EQ(incoming("immp.b.example", 1).value().at, 5U);
    value_of(write(
        [](Transaction& tables) { return tables.bundles().drop_incoming("immp.b.example", uuid_of(1)); }));
    EXPECT_FALSE(incoming("immp.b.example", 1));
    EXPECT_FALSE(body_is_there(found.body));
    EXPECT_EQ(code_of(append(found, "late", 8)), 404);
}

TEST_F(BundlesTest, ABundleBeginsOnceForEachPeer) {
    begin("one", 1, 10, 0);
    begin("two", 1, 10, 0);
    EXPECT_EQ(code_of(write([](Transaction& tables) {
                  return tables.bundles().begin_incoming("one", uuid_of(1), 10, at(0));
              })),
              409);
}

TEST_F(BundlesTest, TheLoadOfAPeerIsItsOwn) {
    begin("one", 1, 100, 0);
    begin("one", 2, 50, 0);
    begin("two", 3, 7, 0);
    const auto load = [&](std::string_view peer) {
        return value_of(read([&](Transaction& tables) { return tables.bundles().incoming_load(peer); }));
    };
    EXPECT_EQ(load("one").bundles, 2U);
    EXPECT_EQ(load("one").octets, 150U);
    EXPECT_EQ(load("none").bundles, 0U);
    EXPECT_EQ(load("none").octets, 0U);
}

TEST_F(BundlesTest, AnIdleIncomingBundleIsSweptWithItsOctets) {
    const IncomingBundle idle = begin("one", 1, 100, 0);
    const IncomingBundle busy = begin("one", 2, 100, 0);
    value_of(append(busy, "x", 50));
    const auto sweep = [](Transaction& tables) { return tables.bundles().sweep_incoming(at(50)); };
    EXPECT_EQ(value_of(write(sweep)), 1U);
    EXPECT_EQ(value_of(write(sweep)), 0U);
    EXPECT_FALSE(body_is_there(idle.body));
    EXPECT_TRUE(incoming("one", 2));
}

TEST_F(BundlesTest, AReceiptIsKeptByOriginAndBundle) {
    const auto save_receipt = [&](std::string_view origin, std::uint8_t fill, std::int64_t now) {
        value_of(write([&](Transaction& tables) {
            return tables.bundles().save_receipt(origin, uuid_of(1), {{fill}, {fill, 2}}, at(now));
        }));
    };
    const auto receipt = [&](std::string_view origin) {
        return value_of(
            read([&](Transaction& tables) { return tables.bundles().receipt(origin, uuid_of(1)); }));
    };
    EXPECT_FALSE(receipt("b.example"));
    save_receipt("b.example", 1, 0);
    save_receipt("c.example", 9, 100);
    EXPECT_EQ(receipt("b.example").value().digest, armor::Digest{1});
    EXPECT_EQ(receipt("b.example").value().receipt, (Bytes{1, 2}));
    save_receipt("b.example", 3, 10);
    EXPECT_EQ(receipt("b.example").value().receipt, (Bytes{3, 2}));

    const auto forget = [](Transaction& tables) { return tables.bundles().forget_receipts(at(50)); };
    EXPECT_EQ(value_of(write(forget)), 1U);
    EXPECT_EQ(value_of(write(forget)), 0U);
    EXPECT_FALSE(receipt("b.example"));
    EXPECT_EQ(receipt("c.example").value().digest, armor::Digest{9});
}

TEST_F(BundlesTest, TellsWhoseBundlesCameLast) {
    const auto save = [&](std::string_view origin, int bundle, std::int64_t now) {
        value_of(write([&](Transaction& tables) {
            return tables.bundles().save_receipt(origin, uuid_of(bundle), {{1}, {1}}, at(now));
        }));
    };
    save("b.example", 1, 10);
    save("c.example", 2, 20);
    save("d.example", 3, 5);
    save("b.example", 4, 30);
    const auto latest = [&](std::uint32_t most) {
        return value_of(read([&](Transaction& tables) { return tables.bundles().latest_origins(most); }));
    };
    EXPECT_EQ(latest(10), (std::vector<std::string>{"b.example", "c.example", "d.example"}));
    EXPECT_EQ(latest(1), std::vector<std::string>{"b.example"});
}

}  // namespace
}  // namespace immp::bridge
