// Requests of ours that wait for their answer (RFC 6120, 8.2.3). Anybody may send us any id, so an answer
// counts only from the JID that was asked, and ids cannot be guessed. Each callback is called exactly once.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "armor/error.hpp"
#include "component/stanza.hpp"

namespace immp::component {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

/// A `result` or `error` stanza; an Error only where no answer came (720 deadline, 704 link down, 703).
using IqCallback = std::move_only_function<void(Result<Stanza>)>;

class IqTable {
  public:
    /// Ids that nobody can guess and that do not come twice: 128 random bits.
    explicit IqTable(std::function<std::string()> fresh_id) : fresh_id_(std::move(fresh_id)) {}

    /// The id to send. `expected` is the JID asked, exactly as the server will stamp it.
    [[nodiscard]] std::string add(std::string expected, Time deadline, IqCallback done);

    enum class Match { taken, unexpected };
    /// Takes a `result` or `error`. unexpected: no such id, or from another JID; the request goes on waiting.
    [[nodiscard]] Match take(Stanza stanza);

    /// Ends what is due with 720.
    void expire(Time now);
    /// Ends what was asked of this JID with `cause`. Callbacks may add requests; those stay.
    void fail_asked(std::string_view expected, const Error& cause);
    /// Ends everything with `cause`. Callbacks may add requests; those stay.
    void fail_all(const Error& cause);

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  private:
    struct Waiting {
        std::string expected;
        Time deadline;
        IqCallback done;
    };
    /// Out of the table before a callback runs: it may ask again.
    template <class Chosen>
    std::vector<IqCallback> extract(Chosen chosen);

    std::function<std::string()> fresh_id_;
    std::unordered_map<std::string, Waiting> waiting_;
};

}  // namespace immp::component
