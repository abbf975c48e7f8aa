// What clients of two houses sent, and what they were told: the yardstick of the tests with faults.
#pragma once

#include "tests/node/house.hpp"

namespace immp::bridge {

/// Two houses on directories that are there, or are made.
struct Pair {
    explicit Pair(const std::filesystem::path& directory)
        : a(wire, "a.example", directory / "a"), b(wire, "b.example", directory / "b") {}
    ~Pair();

    void raise_links() {
        a.link_up();
        b.link_up();
    }
    /// Moves the clock until nothing waits, or until `stop`.
    bool settle(const std::function<bool()>& stop = [] { return false; });

    TimedLoop loop;
    Wire wire{loop};
    House a;
    House b;
};

/// A delivery that its client repeats, with the same ID, until it is told that it is taken.
struct Letter {
    std::string from;
    std::vector<std::string> to;
    std::string subject;
    std::string body;
    std::string id = armor::random_uuid();
    bool is_taken = false;
};

class Ledger {
  public:
    Ledger();

    /// Sends what was not taken yet. Anything but success or a temporary refusal fails the test.
    void send(Pair& pair);
    [[nodiscard]] bool is_taken() const;
    /// Those taken by a.example are in the mailboxes of this house, each once: what a new start finds.
    void check_kept(House& a) const;
    /// Everything was taken and is where it belongs, each once and whole.
    void check_all(Pair& pair) const;

    std::vector<Letter> letters;
};

/// How often a subject is in a folder.
std::size_t count(House& house, const std::string& account, const std::string& subject,
                  const std::string& folder = "/INBOX");

}  // namespace immp::bridge
