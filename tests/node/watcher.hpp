// One session's watch of a folder, as its connection drives it.
#pragma once

#include "tests/node/house.hpp"

namespace immp::bridge {

struct Watcher {
    /// `watched`: another's mailbox; empty: his own.
    Watcher(House& house, std::string who, std::string watched = "")
        : account(std::move(who)), owner(std::move(watched)), desk(house.node->make_desk()) {}
    void ask(const std::string& path = "/INBOX") {
        answer.reset();
        desk->ask(WatchFolder{1, account, path, owner}, [this](Answer given) { answer = std::move(given); });
    }

    const std::string account;
    const std::string owner;
    std::unique_ptr<SessionHost> desk;
    std::optional<Answer> answer;
};

}  // namespace immp::bridge
