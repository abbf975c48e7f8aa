// The node's BodySource: what a session's Pull reads, piece by piece.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bridge/session/request.hpp"

namespace immp::bridge {

class PieceSource : public BodySource {
  public:
    using Done = std::move_only_function<void(Result<std::string>)>;

    /// The next octets, as many as a step (segment.hpp) or so; empty at the end. On the I/O thread, one at a
    /// time; the source is kept alive until `done` was called.
    virtual void pull(Done done) = 0;
};

}  // namespace immp::bridge
