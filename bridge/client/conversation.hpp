// Commands out, replies in, on one connection.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/client/failure.hpp"
#include "bridge/client/transport.hpp"

namespace immp::bridge::client {

struct Reply {
    std::string pipeline;  ///< id of AS; empty outside pipelines
    int code = 0;
    bool more = false;  ///< `250- `: further lines of this reply follow
    std::string text;   ///< all behind the one blank, as sent

    /// The value of the last `key=value` field; nothing where there is none.
    [[nodiscard]] std::optional<std::string> field(std::string_view key) const;
    [[nodiscard]] bool refuses() const { return code >= 400; }
    /// Words without the fields e= and retry=, and whether trying again helps.
    [[nodiscard]] Error error() const;
};

/// A line without its end. Nothing for what is no reply (decisions, 1).
[[nodiscard]] std::optional<Reply> parse_reply(std::string_view line);

class Conversation {
  public:
    explicit Conversation(std::unique_ptr<Transport> transport);

    [[nodiscard]] Outcome<void> send(std::string_view line);
    [[nodiscard]] Outcome<void> send_octets(std::string_view octets);
    /// The next line of a pipeline; lines of others are kept for who asks for theirs. ExitStatus::protocol
    /// for what is no reply, ExitStatus::temporary at the end of the stream.
    [[nodiscard]] Outcome<Reply> next(std::string_view pipeline = {});
    /// The next line of whichever pipeline; those outside of pipelines are kept.
    [[nodiscard]] Outcome<Reply> next_of_pipelines();
    /// The next line if it has this code; a refusal becomes its failure, anything else ExitStatus::protocol.
    [[nodiscard]] Outcome<Reply> expect(int code, std::string_view pipeline = {});
    [[nodiscard]] Outcome<Reply> expect_one_of(std::initializer_list<int> codes,
                                               std::string_view pipeline = {});
    /// A counted body and its line end, in pieces as they come.
    using Sink = std::function<Outcome<void>(std::string_view octets)>;
    [[nodiscard]] Outcome<void> read_body(std::uint64_t length, const Sink& sink);

    /// Octets that came behind the last line read, or lines that were kept.
    [[nodiscard]] bool has_unread() const { return !buffer_.empty() || !kept_.empty(); }
    [[nodiscard]] Transport& transport() { return *transport_; }

  private:
    [[nodiscard]] Outcome<void> fill();
    [[nodiscard]] Outcome<Reply> read_line();
    using Wanted = std::function<bool(const Reply& reply)>;
    [[nodiscard]] Outcome<Reply> next_where(const Wanted& wanted);

    std::unique_ptr<Transport> transport_;
    std::string buffer_;
    std::deque<Reply> kept_;
};

}  // namespace immp::bridge::client
