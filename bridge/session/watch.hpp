// MBOX WATCH in a session: a reply that goes on until the next command of its pipeline.
#pragma once

#include <string>

#include "bridge/session/core.hpp"

namespace immp::bridge {

class SessionWatches {
  public:
    enum class When {
        told,  ///< not before its first line: a folder that is not there is still a 404
        now,
    };

    explicit SessionWatches(SessionCore& core) : core_(core) {}

    /// Asks again for each watch whose client took what it was told. Forgets those that ended.
    void go_on();
    /// A command of the pipeline has come: its watch, if any, ends when it was told once.
    void end(const std::string& pipeline);
    void end_all(When when);
    /// Each one's last line again; false where there is none, or the client takes nothing.
    [[nodiscard]] bool repeat();

  private:
    void end(Lane& lane, When when);

    SessionCore& core_;
};

}  // namespace immp::bridge
