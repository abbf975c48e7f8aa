// Octets of the client to commands and bodies, each started when its pipeline is ready for it (decisions, 1).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/session/core.hpp"
#include "bridge/session/watch.hpp"
#include "bridge/wire/body.hpp"
#include "bridge/wire/line.hpp"

namespace immp::bridge {

/// Commands that wait in their pipelines, of all pipelines; then nothing more is read for a while.
inline constexpr std::size_t kMaxWaiting = 64;
/// Commands without their last reply; then nothing more is read for a while. A message has three, so some 170
/// may wait for one sync. While a body comes in chunks reading cannot pause; then it is 429, closing.
inline constexpr std::size_t kMaxSlots = 512;
/// Octets that compressed bodies give in one call, so that a small body cannot fill the memory and others are
/// served in between.
inline constexpr std::size_t kMaxUnpackedBytes = 1u << 20;

class SessionInput {
  public:
    explicit SessionInput(SessionCore& core) : core_(core), watches_(core) {}

    void feed(std::string_view octets) { unread_ += octets; }
    /// Whether octets that come now would be used at once.
    [[nodiscard]] bool wants_more() const {
        return unread().empty() && commands_.empty() && !paused() && !has_work();
    }
    /// run() ended for kMaxUnpackedBytes: call it again.
    [[nodiscard]] bool has_work() const { return unpacked_bytes_ >= kMaxUnpackedBytes; }
    /// Nothing runs until this command is done.
    void hold(SlotPtr slot) { barrier_ = std::move(slot); }
    /// Does all that can be done now.
    void run();

  private:
    struct Body {
        UploadPtr upload;
        BodyReader reader;
    };
    // One step each; false where nothing could be done.
    bool step();
    bool read_line();
    bool read_body();
    bool run_waiting();

    [[nodiscard]] std::string_view unread() const { return std::string_view(unread_).substr(used_); }
    void begin(Command command);
    [[nodiscard]] bool must_wait(const Command& command);
    void start(const Command& command, const SlotPtr& slot);
    [[nodiscard]] std::optional<Error> refusal_of(const Command& command) const;
    [[nodiscard]] bool ready(const Lane& lane) const;
    [[nodiscard]] bool settled() const { return core_.output.idle(); }
    [[nodiscard]] bool paused() const;
    [[nodiscard]] bool in_chunks() const;
    [[nodiscard]] bool too_many_pipelines(const std::string& pipeline) const;
    [[nodiscard]] std::size_t waiting() const;
    void refuse_line(const Line& line);
    void close_if_done();

    // upload.cpp
    [[nodiscard]] bool data_must_wait(const std::string& pipeline) const;
    void begin_data(const Command& command);
    void begin_chunk(const Command& command);
    void begin_body(Upload& upload, const Command& command, const BodyFrame& frame);
    [[nodiscard]] const Lane* find_lane(const std::string& pipeline) const;
    [[nodiscard]] DeliveryPtr delivery_for(const std::string& pipeline) const;
    [[nodiscard]] bool is_chunked(const UploadPtr& upload) const;
    [[nodiscard]] std::optional<Error> begin_unpacking(Upload& upload, const BodyFrame& frame);
    void take_octets(Upload& upload, std::string octets);
    void keep_octets(Upload& upload, std::string octets);
    void unpack_some(Upload& upload);
    void end_body(Upload& upload, const std::optional<Error>& error);
    void abandon_bodies();

    SessionCore& core_;
    SessionWatches watches_;
    std::string unread_;
    std::size_t used_ = 0;  // octets of unread_ that are done with
    LineReader lines_;
    std::deque<Command> commands_;  // of the line read last, not yet begun
    std::optional<Body> body_;
    std::size_t unpacked_bytes_ = 0;  // in this run
    SlotPtr barrier_;                 // a command that runs alone (AUTH, UPGRADE, SET, QUIT) and is not done
};

}  // namespace immp::bridge
