// Bodies on their way in: side by side, with refused ones between them, many and large.
#include "bridge/mail/metadata.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

class Upload : public TwoDomains {
  protected:
    std::string part(const std::string& uuid, const std::string& name) {
        return a_.fetch("alice@a.example", uuid, FetchForm::part, name);
    }
};

SubmittedPart numbered(const std::string& name, std::uint32_t number) {
    return {name, "application/octet-stream", PartClass::attachment, number};
}

TEST_F(Upload, PartsComeSideBySideAndRefusedOnesAreForgotten) {
    auto desk = a_.node->make_desk();
    const std::string large(1'000'000, 'L');
    desk->part_octets({7, 0, "con"});
    desk->part_octets({7, 2, "refu"});
    for (std::size_t at = 0; at < large.size(); at += 50'000) {
        desk->part_octets({7, 1, large.substr(at, 50'000)});
        desk->part_octets({7, 3, "x"});
    }
    desk->part_octets({7, 2, "sed"});
    desk->part_octets({7, 0, "tent"});
    desk->part_octets({7, 4, ""});
    Submit request = mail("alice@a.example", {"alice@a.example"}, "side by side");
    request.delivery = 7;
    request.parts.front().number = 0;
    request.parts.push_back(numbered("large", 1));
    request.parts.push_back(numbered("small", 3));
    request.parts.push_back(numbered("empty", 4));
    const auto answer = a_.ask(*desk, std::move(request));
    ASSERT_TRUE(answer) << answer.error().detail;
    const std::string uuid = std::get<Submitted>(*answer).id;
    EXPECT_EQ(part(uuid, "body"), "content");
    EXPECT_EQ(part(uuid, "large"), large);
    EXPECT_EQ(part(uuid, "small"), std::string(20, 'x'));
    EXPECT_EQ(part(uuid, "empty"), "");
}

TEST_F(Upload, MetadataBehindLargeBodiesIsStillRead) {
    auto desk = a_.node->make_desk();
    Submit request = mail("alice@a.example", {"alice@a.example"}, "late metadata");
    request.delivery = 1;
    desk->part_octets({1, 0, std::string(250'000, 'c')});
    desk->part_octets({1, 1, R"({"to":["carol@a.example"]})"});
    desk->part_octets({1, 1, std::string(20'000, ' ')});
    request.parts.push_back({"meta", "application/immp-metadata+json", PartClass::attachment, 1});
    const auto answer = a_.ask(*desk, std::move(request));
    ASSERT_TRUE(answer) << answer.error().code << answer.error().text;
    EXPECT_EQ(a_.index("alice@a.example").front().to, std::vector<std::string>{"carol@a.example"});
}

TEST_F(Upload, MetadataThatWentAheadToTheDiskIsStillRead) {
    Submit request = mail("alice@a.example", {"alice@a.example"}, "many parts");
    std::string metadata = R"({"to":["carol@a.example"]})";
    metadata.resize(4'000, ' ');
    std::vector<std::string> bodies = {"content", metadata};
    request.parts.push_back({"meta", "application/immp-metadata+json", PartClass::attachment, 1});
    for (std::uint32_t number = 2; number < 100; ++number) {
        bodies.emplace_back(3'000, 'x');
        request.parts.push_back(numbered("part-" + std::to_string(number), number));
    }
    const auto answer = a_.submit(request, bodies);
    ASSERT_TRUE(answer) << answer.error().code << answer.error().text;
    EXPECT_EQ(a_.index("alice@a.example").front().to, std::vector<std::string>{"carol@a.example"});
    const std::string uuid = std::get<Submitted>(*answer).id;
    EXPECT_EQ(part(uuid, "meta"), metadata) << "and is a part as any other";
    EXPECT_EQ(part(uuid, "part-99"), bodies[99]);
}

TEST_F(Upload, MetadataIsBounded) {
    for (const std::size_t octets : {kMaxMetadataBytes, kMaxMetadataBytes + 1}) {
        Submit request = mail("alice@a.example", {"alice@a.example"}, "metadata");
        request.parts.push_back({"meta", "application/immp-metadata+json", PartClass::attachment, 1});
        const auto answer = a_.submit(request, {"content", "{}" + std::string(octets - 2, ' ')});
        EXPECT_EQ(answer ? 0 : answer.error().code, octets > kMaxMetadataBytes ? 413 : 0);
    }
}

TEST_F(Upload, APartWithoutABodyIsAnInternalError) {
    auto desk = a_.node->make_desk();
    Submit request = mail("alice@a.example", {"alice@a.example"}, "nothing");
    request.delivery = 1;
    EXPECT_EQ(a_.ask(*desk, std::move(request)).error().code, 700);
}

// Not a day later, with the sweep: on a full disk it would hold the room that others wait for.
TEST_F(Upload, WhatIsNotTakenLeavesNothingBehind) {
    const std::string large(600'000, 'L');
    const auto leftovers = [&] {
        return *a_.in_store<std::uint64_t>([&](Transaction& transaction) {
            return transaction.bodies().sweep(loop_.now() + std::chrono::hours(1), {});
        });
    };
    a_.node->make_desk()->part_octets({1, 0, large});  // its session ends
    EXPECT_EQ(leftovers(), 0u);

    auto desk = a_.node->make_desk();
    desk->part_octets({1, 0, large});
    desk->drop_delivery(1);
    EXPECT_EQ(leftovers(), 0u);

    // A part that is refused goes while its delivery is open.
    desk->part_octets({2, 0, large});
    desk->drop_part({2, 0});
    EXPECT_EQ(leftovers(), 0u);
    Submit mended = mail("alice@a.example", {"alice@a.example"}, "sent again");
    mended.delivery = 2;
    mended.parts.front().number = 1;
    desk->part_octets({2, 1, "good"});
    const auto sent = a_.ask(*desk, std::move(mended));
    ASSERT_TRUE(sent) << sent.error().code << sent.error().text;
    EXPECT_EQ(part(std::get<Submitted>(*sent).id, "body"), "good");

    Submit refused = mail("alice@a.example", {"nobody@a.example"}, "refused");
    const auto answer = a_.submit(refused, {large});
    ASSERT_TRUE(answer);
    EXPECT_EQ(std::get<Submitted>(*answer).outcomes.front().code, 451);
    EXPECT_EQ(leftovers(), 0u);

    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"nobody@a.example"}, "refused, and short"), {"short"}));
    EXPECT_EQ(leftovers(), 0u);

    Submit once = mail("alice@a.example", {"alice@a.example"}, "once");
    once.id = "00000000-0000-4000-8000-000000000001";
    ASSERT_TRUE(a_.submit(once, {large}));
    EXPECT_EQ(a_.submit(once, {large}).error().code, 409);
    EXPECT_EQ(leftovers(), 0u);
    EXPECT_EQ(part(once.id, "body"), large) << "what was taken stays";
}

class OpenDeliveries : public Upload {
  protected:
    OpenDeliveries() {
        a_.limits.staged_octets = 1'000'000;
        a_.restart();
    }
    /// 600,000 octets of a delivery on the disk, and what becomes of it.
    static void open(SessionHost& desk) { desk.part_octets({1, 0, std::string(600'000, 'L')}); }
    int done(SessionHost& desk) {
        Submit request = mail("alice@a.example", {"alice@a.example"}, "large");
        request.delivery = 1;
        const auto answer = a_.ask(desk, std::move(request));
        EXPECT_TRUE(answer || answer.error().temporary());
        return answer ? std::get<Submitted>(*answer).outcomes.front().code : answer.error().code;
    }
};

// Each session's are bounded, but an address has many sessions, and each has pipelines.
TEST_F(OpenDeliveries, OfOneAddressAreBounded) {
    const auto first = a_.node->make_desk({"192.0.2.1"});
    const auto second = a_.node->make_desk({"192.0.2.1"});
    const auto elsewhere = a_.node->make_desk({"192.0.2.2"});
    open(*first);
    open(*second);
    open(*elsewhere);
    EXPECT_EQ(done(*second), 429);
    EXPECT_EQ(done(*elsewhere), 275);
    EXPECT_EQ(done(*first), 275);
    open(*second);
    EXPECT_EQ(done(*second), 275) << "what was taken into a mailbox makes room";
}

TEST_F(OpenDeliveries, WhatIsGivenUpMakesRoom) {
    auto first = a_.node->make_desk({"192.0.2.1"});
    const auto second = a_.node->make_desk({"192.0.2.1"});
    open(*first);
    first->drop_delivery(1);
    ASSERT_EQ(a_.outbox_rows(), 0u);  // it is dropped by then
    open(*first);
    first.reset();
    ASSERT_EQ(a_.outbox_rows(), 0u);
    open(*second);
    EXPECT_EQ(done(*second), 275);
}

}  // namespace
}  // namespace immp::bridge
