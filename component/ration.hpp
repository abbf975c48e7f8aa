// A bound on what is held in memory at once, in items and octets: each holder has a share, which goes back by
// itself.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace immp::component {

class Ration {
  public:
    Ration(std::size_t items, std::size_t bytes) : left_(std::make_shared<Left>(items, bytes)) {}

    class Share {
      public:
        Share(Share&& other) noexcept = default;
        Share& operator=(Share&&) = delete;
        ~Share() {
            if (!left_) return;
            ++left_->items;
            left_->bytes += bytes_;
        }

      private:
        friend class Ration;
        struct Pool {
            std::size_t items;
            std::size_t bytes;
        };
        Share(std::shared_ptr<Pool> left, std::size_t bytes) : left_(std::move(left)), bytes_(bytes) {
            --left_->items;
            left_->bytes -= bytes_;
        }
        std::shared_ptr<Pool> left_;
        std::size_t bytes_;
    };

    /// nullopt: not so much is left.
    [[nodiscard]] std::optional<Share> take(std::size_t bytes) {
        if (left_->items == 0 || left_->bytes < bytes) return std::nullopt;
        return Share(left_, bytes);
    }

  private:
    using Left = Share::Pool;
    std::shared_ptr<Left> left_;
};

}  // namespace immp::component
