#include <random>

#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

/// Octets of which every stretch differs, NUL included.
std::string octets_of(std::size_t count, std::uint32_t seed = 1) {
    std::mt19937 generator(seed);
    std::string octets(count, '\0');
    for (char& octet : octets)
        octet = static_cast<char>(generator());
    return octets;
}

class BodiesTest : public StoreTest {
  protected:
    BodyId create(std::int64_t second = 0) {
        return value_of(write([&](Transaction& tables) { return tables.bodies().create(at(second)); }));
    }
    /// In pieces of this size, in one transaction.
    void append(BodyId body, std::string_view octets, std::size_t piece) {
        value_of(write([&](Transaction& tables) -> Result<void> {
            for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size())))
                if (auto done = tables.bodies().append(body, octets.substr(0, piece)); !done) return done;
            return {};
        }));
    }
    std::string read_at(BodyId body, std::uint64_t offset, std::size_t most) {
        return value_of(read([&](Transaction& tables) { return tables.bodies().read(body, offset, most); }));
    }
    std::uint64_t length(BodyId body) {
        return value_of(read([&](Transaction& tables) { return tables.bodies().length(body); }));
    }
    std::uint64_t sweep(std::int64_t before, const std::vector<BodyId>& spared = {}) {
        return value_of(
            write([&](Transaction& tables) { return tables.bodies().sweep(at(before), spared); }));
    }
    bool is_there(BodyId body) {
        return read([&](Transaction& tables) { return tables.bodies().length(body); }).has_value();
    }
};

TEST_F(BodiesTest, ANewBodyIsEmpty) {
    const BodyId body = create();
    EXPECT_EQ(length(body), 0U);
    EXPECT_EQ(read_at(body, 0, 100), "");
    append(body, "", 1);
    EXPECT_EQ(length(body), 0U);
}

TEST_F(BodiesTest, PiecesOfAnySizeAddUpAndAreReadFromAnywhere) {
    const std::string whole = octets_of(2 * kChunkBytes + 777);
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{8192}, std::size_t{190'000},
                                    kChunkBytes - 1, kChunkBytes, kChunkBytes + 1, whole.size()}) {
        const BodyId body = create();
        append(body, whole, piece);
        EXPECT_EQ(length(body), whole.size());
        EXPECT_TRUE(read_at(body, 0, whole.size() + 10) == whole) << piece;
        for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, kChunkBytes - 1, kChunkBytes,
                                         kChunkBytes + 1, whole.size() - 1, whole.size()})
            for (const std::size_t most : {std::size_t{1}, std::size_t{65'536}, kChunkBytes + 2})
                EXPECT_TRUE(read_at(body, offset, most) == whole.substr(offset, most))
                    << piece << ' ' << offset;
        EXPECT_EQ(read_at(body, whole.size() + 1, 10), "");
    }
}

TEST_F(BodiesTest, DripsAreGatheredInRows) {
    const std::string whole = octets_of(3000);
    const BodyId body = create();
    append(body, whole, 1);
    EXPECT_EQ(read_at(body, 0, 3000), whole);
}

TEST_F(BodiesTest, BodiesDoNotMix) {
    const BodyId first = create();
    const BodyId second = create();
    append(first, "first", 2);
    append(second, "second", 2);
    append(first, " more", 2);
    EXPECT_EQ(read_at(first, 0, 100), "first more");
    EXPECT_EQ(read_at(second, 0, 100), "second");
}

TEST_F(BodiesTest, TruncatingCutsAtAnyOffset) {
    const std::string whole = octets_of(2 * kChunkBytes + 5);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, kChunkBytes - 1, kChunkBytes,
                                  kChunkBytes + 1, 2 * kChunkBytes, whole.size(), whole.size() + 1}) {
        const BodyId body = create();
        append(body, whole, kChunkBytes);
        value_of(write([&](Transaction& tables) { return tables.bodies().truncate(body, cut); }));
        const std::string left = whole.substr(0, cut);
        EXPECT_EQ(length(body), left.size()) << cut;
        EXPECT_TRUE(read_at(body, 0, whole.size()) == left) << cut;
        append(body, "tail", 4);
        EXPECT_TRUE(read_at(body, 0, whole.size() + 4) == left + "tail") << cut;
    }
}

TEST_F(BodiesTest, WhatIsNotThereIsNotFound) {
    EXPECT_EQ(code_of(read([](Transaction& tables) { return tables.bodies().length(77); })), 404);
    EXPECT_EQ(code_of(read([](Transaction& tables) { return tables.bodies().read(77, 0, 1); })), 404);
    EXPECT_EQ(code_of(write([](Transaction& tables) { return tables.bodies().append(77, "x"); })), 404);
    EXPECT_EQ(code_of(write([](Transaction& tables) { return tables.bodies().truncate(77, 0); })), 404);
}

TEST_F(BodiesTest, ADroppedBodyIsGoneAndItsNumberIsNotUsedAgain) {
    const BodyId body = create();
    append(body, octets_of(kChunkBytes + 1), kChunkBytes);
    value_of(write([&](Transaction& tables) { return tables.bodies().drop(body); }));
    EXPECT_FALSE(is_there(body));
    const BodyId next = create();
    EXPECT_NE(next, body);
    EXPECT_EQ(length(next), 0U);
}

TEST_F(BodiesTest, TheSweepTakesOldBodiesThatNothingRefersTo) {
    const BodyId old = create(0);
    const BodyId young = create(100);
    append(old, "x", 1);
    const Message message = value_of(write([](Transaction& tables) -> Result<Message> {
        Message made = make_message(tables, uuid_of(1));
        value_of(tables.mailboxes().add(made));
        return made;
    }));
    const BodyId outgoing = create(0);
    value_of(write([&](Transaction& tables) {
        OutgoingBundle bundle;
        bundle.id = uuid_of(2);
        bundle.payload = outgoing;
        return tables.bundles().save(bundle, "me", at(0));
    }));
    const BodyId incoming = value_of(write([](Transaction& tables) {
                                return tables.bundles().begin_incoming("peer", uuid_of(3), 10, at(0));
                            })).body;

    EXPECT_EQ(sweep(50), 1U);
    EXPECT_EQ(sweep(50), 0U);
    EXPECT_FALSE(is_there(old));
    EXPECT_TRUE(is_there(young));
    EXPECT_TRUE(is_there(outgoing));
    EXPECT_TRUE(is_there(incoming));
    EXPECT_EQ(read_at(message.parts.front().body, 0, 100), "hello");
}

TEST_F(BodiesTest, ASweepSparesWhatIsRead) {
    const BodyId read = create(0);
    const BodyId other = create(0);
    EXPECT_EQ(sweep(50, {read}), 1U);
    EXPECT_TRUE(is_there(read));
    EXPECT_FALSE(is_there(other));
    EXPECT_EQ(sweep(50), 1U);
}

TEST_F(BodiesTest, ASweepIsBoundedAndComesToAnEnd) {
    value_of(write([](Transaction& tables) -> Result<void> {
        for (int i = 0; i < 1200; ++i)
            value_of(tables.bodies().create(at(0)));
        return {};
    }));
    std::uint64_t swept = 0;
    std::uint64_t calls = 0;
    for (std::uint64_t dropped = sweep(1); dropped != 0; dropped = sweep(1), ++calls)
        swept += dropped;
    EXPECT_EQ(swept, 1200U);
    EXPECT_GT(calls, 1U);
}

TEST_F(BodiesTest, ABodyThatAMessageHoldsIsNotDropped) {
    const BodyId body = value_of(write([](Transaction& tables) -> Result<BodyId> {
        const Message message = make_message(tables, uuid_of(1));
        value_of(tables.mailboxes().add(message));
        return message.parts.front().body;
    }));
    value_of(write([&](Transaction& tables) { return tables.bodies().drop(body); }));
    EXPECT_EQ(read_at(body, 0, 100), "hello");
}

}  // namespace
}  // namespace immp::bridge
