// Compression of counted bodies (decisions, 5: SET COMPRESSION): gzip (RFC 1952), bzip2 and xz, each body one
// complete stream, in pieces and in bounded memory. The libraries stand behind CodecEngine, one file each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"

namespace immp::bridge {

enum class Compression { none, gzip, bzip2, xzip };

/// As SET names it, in capitals.
[[nodiscard]] std::string_view compression_name(Compression compression);
[[nodiscard]] std::optional<Compression> compression_of(std::string_view name);

/// Octets that one Unpacker::next() gives at most.
inline constexpr std::size_t kUnpackStepBytes = 65'536;
/// A body may unpack to so many octets, and to so many times its announced octets more; else 413.
inline constexpr std::uint64_t kUnpackFreeBytes = 1u << 20;
inline constexpr std::uint64_t kUnpackRatio = 256;
/// Memory that an xz body may ask for (a dictionary of 8 MiB, what `xz` makes by itself, and its tables);
/// else 413. gzip and bzip2 bodies need less by their formats.
inline constexpr std::uint64_t kUnpackMemoryBytes = 16u << 20;

/// One direction of one library: a stream that takes octets and makes others.
class CodecEngine {
  public:
    enum class Input { more, last };
    enum class Turn {
        going,
        ended,      ///< the stream is complete; what was not taken is behind it
        bad,        ///< no such stream
        too_large,  ///< it asks for more than kUnpackMemoryBytes
        no_memory,
    };
    struct Progress {
        std::size_t taken = 0;
        std::size_t made = 0;
        Turn turn = Turn::going;
    };

    CodecEngine() = default;
    virtual ~CodecEngine() = default;
    CodecEngine(const CodecEngine&) = delete;
    CodecEngine& operator=(const CodecEngine&) = delete;

    [[nodiscard]] virtual Progress run(std::string_view in, std::span<char> out, Input input) = 0;
};

// gzip.cpp, bzip2.cpp, xz.cpp
[[nodiscard]] std::unique_ptr<CodecEngine> gzip_packer();
[[nodiscard]] std::unique_ptr<CodecEngine> gzip_unpacker();
[[nodiscard]] std::unique_ptr<CodecEngine> bzip2_packer();
[[nodiscard]] std::unique_ptr<CodecEngine> bzip2_unpacker();
[[nodiscard]] std::unique_ptr<CodecEngine> xz_packer();
[[nodiscard]] std::unique_ptr<CodecEngine> xz_unpacker();

/// Makes one stream. The same octets in the same pieces make the same stream.
class Packer {
  public:
    /// `compression` is not none.
    explicit Packer(Compression compression);

    /// What is ready by then; often nothing. 705 without memory.
    [[nodiscard]] Result<std::string> pack(std::string_view octets);
    /// The rest. Once.
    [[nodiscard]] Result<std::string> finish();

  private:
    [[nodiscard]] Result<std::string> run(std::string_view octets, CodecEngine::Input input);

    std::unique_ptr<CodecEngine> engine_;
};

/// Reads one stream. After an error nothing more may be asked of it.
class Unpacker {
  public:
    /// `compression` is not none.
    explicit Unpacker(Compression compression);

    /// So many octets of the stream will come, told before they do: what it may unpack to is measured by
    /// them, so that no verdict depends on how they arrive.
    void announce(std::uint64_t packed_bytes) { announced_bytes_ += packed_bytes; }

    /// The next octets, at most kUnpackStepBytes; takes from `packed` what it needs for them. 415 for what is
    /// not the rest of one stream, or stands behind it; 413 for what unpacks to too much.
    [[nodiscard]] Result<std::string> next(std::string_view& packed);
    /// next() has more without further octets.
    [[nodiscard]] bool has_more() const { return has_more_; }
    /// The stream is complete.
    [[nodiscard]] bool ended() const { return ended_; }

  private:
    std::unique_ptr<CodecEngine> engine_;
    std::vector<char> room_;
    std::uint64_t announced_bytes_ = 0;
    std::uint64_t made_bytes_ = 0;
    bool has_more_ = false;
    bool ended_ = false;
};

}  // namespace immp::bridge
