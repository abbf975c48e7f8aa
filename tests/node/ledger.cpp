#include "tests/node/ledger.hpp"

#include <iostream>

#include "armor/base64.hpp"

namespace immp::bridge {

namespace {

using namespace std::chrono_literals;

constexpr const char* kNobody = "nobody@b.example";

House& house_of(Pair& pair, const std::string& account) {
    return account.ends_with("@a.example") ? pair.a : pair.b;
}

}  // namespace

Pair::~Pair() {
    if (!testing::Test::HasFailure()) return;
    for (const House* house : {&a, &b})
        for (const std::string& line : house->log)
            std::cerr << house->domain << ": " << line << "\n";
}

bool Pair::settle(const std::function<bool()>& stop) {
    return loop.advance_until(30s, [&] { return stop() || (a.outbox_rows() == 0 && b.outbox_rows() == 0); });
}

Ledger::Ledger() {
    const std::string large = armor::encode_base64(armor::random_bytes(300'000));
    letters = {{kBob, {kAlice}, "small to alice", "text"},    {kBob, {kAlice}, "large to alice", large},
               {kAlice, {kCarol}, "local", "text"},           {kAlice, {kBob}, "remote", "text"},
               {kAlice, {kBob, kCarol}, "large both", large}, {kAlice, {kNobody}, "nowhere", "text"}};
}

void Ledger::send(Pair& pair) {
    for (Letter& letter : letters) {
        if (letter.is_taken) continue;
        Submit request = mail(letter.from, letter.to, letter.subject);
        request.id = letter.id;
        const Answer answer = house_of(pair, letter.from).submit(request, {letter.body});
        letter.is_taken = answer || answer.error().code == 409;
        if (letter.is_taken) continue;
        EXPECT_EQ(answer.error().code, 702) << letter.subject << ": " << answer.error().text;
        EXPECT_TRUE(answer.error().retry) << letter.subject;
    }
}

bool Ledger::is_taken() const {
    return std::ranges::all_of(letters, &Letter::is_taken);
}

void Ledger::check_kept(House& a) const {
    for (const Letter& letter : letters) {
        if (!letter.is_taken || letter.from != kAlice) continue;
        EXPECT_EQ(count(a, kAlice, letter.subject, "/SENT"), 1u) << letter.subject;
        const bool is_for_carol = std::ranges::find(letter.to, kCarol) != letter.to.end();
        EXPECT_EQ(count(a, kCarol, letter.subject), is_for_carol ? 1u : 0u) << letter.subject;
    }
}

void Ledger::check_all(Pair& pair) const {
    EXPECT_TRUE(is_taken());
    for (const Letter& letter : letters) {
        for (const std::string& recipient : letter.to) {
            if (recipient == kNobody) {
                EXPECT_EQ(count(pair.a, kAlice, "Undelivered: nobody@b.example: " + letter.subject), 1u);
                continue;
            }
            House& house = house_of(pair, recipient);
            EXPECT_EQ(count(house, recipient, letter.subject), 1u) << letter.subject << " to " << recipient;
            EXPECT_TRUE(house.fetch(recipient, letter.id, FetchForm::part, "body") == letter.body)
                << letter.subject;
        }
    }
}

std::size_t count(House& house, const std::string& account, const std::string& subject,
                  const std::string& folder) {
    return static_cast<std::size_t>(
        std::ranges::count(house.index(account, folder), subject, &IndexEntry::subject));
}

}  // namespace immp::bridge
