// zstd, as items hold it: one frame, its window and its output bounded.
#pragma once

#include <functional>
#include <memory>

#include "armor/bytes.hpp"
#include "armor/error.hpp"

namespace immp::bridge {

class Inflater {
  public:
    Inflater();
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Forgets the frame, for another.
    void restart();

    /// The frame is complete.
    [[nodiscard]] bool ended() const { return ended_; }

    /// Hands on what `packed` gives, at most 64 KiB at a time, so that a bomb stops at the first piece over
    /// its limit; an error of `take` ends it. 400 for what is not the rest of one frame.
    [[nodiscard]] Result<void> run(ByteView packed, const std::function<Result<void>(ByteView)>& take);

  private:
    struct Context;

    [[nodiscard]] bool is_frame(ByteView packed);

    std::unique_ptr<Context> context_;
    Bytes buffer_;
    std::size_t magic_seen_ = 0;
    bool ended_ = false;
};

}  // namespace immp::bridge
