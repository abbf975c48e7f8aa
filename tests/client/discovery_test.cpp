#include "bridge/client/discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "armor/bytes.hpp"

namespace immp::bridge::client {
namespace {

using testing::ElementsAre;

void add_number(std::string& to, unsigned number) {
    to += static_cast<char>(number >> 8);
    to += static_cast<char>(number & 0xff);
}

/// "a.b" as labels.
std::string labels(std::string_view name) {
    std::string encoded;
    while (!name.empty()) {
        const auto dot = std::min(name.find('.'), name.size());
        encoded += static_cast<char>(dot);
        encoded += name.substr(0, dot);
        name.remove_prefix(std::min(name.size(), dot + 1));
    }
    return encoded + '\0';
}

/// A DNS answer (RFC 1035, 4.1) to one question, with these SRV records.
std::string answer_with(const std::vector<ServiceRecord>& records) {
    const std::string question = labels("_immp._tcp.a.example");
    std::string text;
    for (const std::size_t number : {std::size_t{1}, std::size_t{0x8180}, std::size_t{1}, records.size(),
                                     std::size_t{0}, std::size_t{0}})
        add_number(text, static_cast<unsigned>(number));
    text += question;
    add_number(text, 33);
    add_number(text, 1);
    for (const ServiceRecord& record : records) {
        std::string data;
        add_number(data, record.priority);
        add_number(data, record.weight);
        add_number(data, record.endpoint.port);
        data += labels(record.endpoint.host);
        add_number(text, 0xc00c);
        add_number(text, 33);
        add_number(text, 1);
        add_number(text, 0);
        add_number(text, 300);
        add_number(text, static_cast<unsigned>(data.size()));
        text += data;
    }
    return text;
}

TEST(Discovery, ReadsServiceRecords) {
    const auto records = parse_service_answer(
        as_bytes(answer_with({{10, 5, {"mail.a.example", 99}}, {20, 0, {"b.example", 1}}})));
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[0].endpoint, (Endpoint{"mail.a.example", 99}));
    EXPECT_EQ(records[0].priority, 10);
    EXPECT_EQ(records[0].weight, 5);
    EXPECT_EQ(records[1].endpoint, (Endpoint{"b.example", 1}));
}

TEST(Discovery, AnEmptyTargetMeansNoService) {
    const auto records = parse_service_answer(as_bytes(answer_with({{0, 0, {"", 0}}})));
    ASSERT_EQ(records.size(), 1u);
    EXPECT_TRUE(records[0].endpoint.host.empty());
}

TEST(Discovery, TakesNothingFromACutAnswer) {
    const std::string whole = answer_with({{10, 5, {"mail.a.example", 99}}});
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_TRUE(parse_service_answer(as_bytes(std::string_view(whole).substr(0, length))).empty())
            << length;
    EXPECT_EQ(parse_service_answer(as_bytes(whole)).size(), 1u);
}

TEST(Discovery, OrdersByPriorityThenChance) {
    const std::vector<ServiceRecord> records = {
        {20, 0, {"last", 1}}, {10, 10, {"light", 1}}, {10, 90, {"heavy", 1}}};
    const auto hosts = [&](Chance chance) {
        std::vector<std::string> names;
        for (const Endpoint& endpoint : order_endpoints(records, chance))
            names.push_back(endpoint.host);
        return names;
    };
    EXPECT_THAT(hosts([](std::uint32_t) { return std::uint32_t{0}; }), ElementsAre("light", "heavy", "last"));
    EXPECT_THAT(hosts([](std::uint32_t highest) { return highest; }), ElementsAre("heavy", "light", "last"));
    EXPECT_THAT(hosts([](std::uint32_t highest) { return std::min(highest, 11u); }),
                ElementsAre("heavy", "light", "last"));
}

}  // namespace
}  // namespace immp::bridge::client
