// One session that delivers the same message again and again.
#pragma once

#include <cstddef>
#include <string>

#include "client.hpp"

namespace immp::bench {

/// How the message goes out and what is waited for.
enum class Manner {
    each_reply,  ///< every command and body waits for the reply before it
    at_once,     ///< a message in one write; `window` messages without their last reply
};

struct Order {
    std::string recipient;
    std::size_t body_bytes = 0;
    Manner manner = Manner::at_once;
    std::size_t window = 1;
};

/// The pieces of a delivery, as every session sends them.
struct Script {
    explicit Script(const Order& order);

    std::string deliver;
    std::string data;
    std::string body;
    std::string done = "DONE\n";
    std::string whole;
};

class Delivery {
  public:
    /// Both must outlive it.
    Delivery(Client& client, const Script& script, const Order& order);

    /// `most` messages in all, then no more.
    void start(std::size_t most);
    /// Nothing new; what is under way goes on.
    void stop() { most_ = begun_; }
    [[nodiscard]] std::size_t finished() const { return finished_; }
    [[nodiscard]] bool is_idle() const { return finished_ == begun_; }

  private:
    void take(const Reply& reply);
    void begin_more();

    Client& client_;
    const Script& script_;
    const Order& order_;
    std::size_t most_ = 0;
    std::size_t begun_ = 0;
    std::size_t finished_ = 0;
};

}  // namespace immp::bench
