// zstd, as items hold it: one frame, its window and its output bounded.
#pragma once

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

    /// The next raw octets, at most 64 KiB and valid until the next call, so that a bomb stops at the first
    /// piece over its limit; takes from `packed` what it needs for them. None: all of `packed` is taken. 400
    /// for what is not the rest of one frame. Neither what is given nor where a fault shows depends on the
    /// cut.
    [[nodiscard]] Result<ByteView> next(ByteView& packed);

  private:
    struct Context;

    [[nodiscard]] bool gather(ByteView& packed);
    [[nodiscard]] Result<ByteView> decode();

    std::unique_ptr<Context> context_;
    Bytes buffer_;
    Bytes piece_;               // packed octets for one call of the library
    std::size_t wanted_;        // octets of a complete piece
    std::size_t decoded_ = 0;   // octets of the piece that are behind us
    bool is_decoding_ = false;  // the piece is complete and not done
    bool has_begun_ = false;
    bool ended_ = false;
};

}  // namespace immp::bridge
