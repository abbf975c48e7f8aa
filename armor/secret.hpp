// Secrets: octets and text that are wiped when they go, copied only on purpose, and cannot be printed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sodium.h>

#include "armor/bytes.hpp"

namespace immp::armor {

/// N secret octets. Moving wipes the source, so a secret lives in one place; clone() is the only copy. There
/// is no operator<< and no comparison: compare with equal(), in constant time.
template <std::size_t N>
class SecretBytes {
  public:
    SecretBytes() = default;
    explicit SecretBytes(std::span<const std::uint8_t, N> octets) {
        std::copy(octets.begin(), octets.end(), octets_.begin());
    }
    SecretBytes(SecretBytes&& other) noexcept : octets_(other.octets_) { other.wipe(); }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            octets_ = other.octets_;
            other.wipe();
        }
        return *this;
    }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() { wipe(); }

    /// Fresh octets from the system's generator.
    [[nodiscard]] static SecretBytes random() {
        SecretBytes fresh;
        randombytes_buf(fresh.octets_.data(), N);
        return fresh;
    }

    [[nodiscard]] SecretBytes clone() const { return SecretBytes(view()); }

    [[nodiscard]] std::span<const std::uint8_t, N> view() const { return octets_; }
    /// For the function that makes or loads the secret.
    [[nodiscard]] std::span<std::uint8_t, N> fill() { return octets_; }

    [[nodiscard]] bool equal(std::span<const std::uint8_t, N> other) const {
        return sodium_memcmp(octets_.data(), other.data(), N) == 0;
    }

  private:
    void wipe() { sodium_memzero(octets_.data(), N); }

    std::array<std::uint8_t, N> octets_{};
};

/// A password or printed secret. The string given is taken over and wiped at its source.
class SecretText {
  public:
    SecretText() = default;
    explicit SecretText(std::string&& text) {
        text_.swap(text);
        text.resize(text.capacity());  // a short string leaves its octets behind
        sodium_memzero(text.data(), text.size());
        text.clear();
    }
    SecretText(SecretText&& other) noexcept : SecretText(std::move(other.text_)) {}
    SecretText& operator=(SecretText&& other) noexcept {
        std::swap(text_, other.text_);
        return *this;
    }
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() { sodium_memzero(text_.data(), text_.size()); }

    [[nodiscard]] SecretText clone() const { return SecretText(std::string(text_)); }
    [[nodiscard]] std::string_view view() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

  private:
    std::string text_;
};

}  // namespace immp::armor
