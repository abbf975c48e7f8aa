// Sessions of one account, opened and logged in side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client.hpp"
#include "login.hpp"
#include "loop.hpp"

namespace immp::bench {

/// What a session of the fleet is after open().
enum class Depth { secured, logged_in };

class Fleet {
  public:
    Fleet(Route route, const std::string& authority, Login login);

    /// Opens until there are so many, and returns when each has come to that depth.
    void open(std::size_t sessions, Depth depth);
    [[nodiscard]] Client& session(std::size_t number) { return *clients_.at(number); }
    [[nodiscard]] std::size_t size() const { return clients_.size(); }
    /// Lets the sessions work until done() is true.
    template <class Done>
    void run_until(Done done) {
        while (!done())
            loop_.turn(std::chrono::milliseconds(20));
    }

  private:
    void add(Depth depth);
    void greet(Client& client, const Reply& reply);

    Loop loop_;
    Route route_;
    TlsClientContext context_;
    Login login_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::size_t logged_in_ = 0;
    std::size_t secured_ = 0;  // of the first clients, so many are known to be
};

}  // namespace immp::bench
