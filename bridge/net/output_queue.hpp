// Octets on their way to a client, in chunks that are worth a TLS record each. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace immp::bridge {

/// Small pieces are joined, so that many short replies leave in one record and one system call; a piece that
/// is a record by itself is moved, not copied.
class OutputQueue {
  public:
    /// The most that one TLS record carries (RFC 8446, 5.1).
    static constexpr std::size_t kChunkBytes = 16 * 1024;

    void push(std::string octets);
    /// What is to be written next; valid until the next call. Empty only when the queue is.
    [[nodiscard]] std::string_view front() const;
    /// `octets` of front() are written.
    void consume(std::size_t octets);

    [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; }
    [[nodiscard]] bool empty() const { return size_bytes_ == 0; }

  private:
    std::deque<std::string> chunks_;
    std::size_t written_ = 0;  // of the first chunk
    std::size_t size_bytes_ = 0;
};

}  // namespace immp::bridge
