// Which JID speaks for a domain (decisions, 7): `immp.<domain>`, if `<domain>` itself lists it (disco#items)
// and it has the feature urn:immp:1 (disco#info); or what the operator's table says. The same answer tells
// where to send and whom to believe.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "component/asker.hpp"

namespace immp::component {

struct DiscoveryPolicy {
    std::chrono::seconds found_for{3'600};
    std::chrono::seconds doubtful_after{5};  ///< a refusal, once its JID speaks
    std::chrono::seconds refused_for{300};   ///< the domain answered: it has no component
    std::chrono::milliseconds patience{
        30'000};                   ///< of each question; the first one may open s2s: DNS and TLS
    std::size_t lookups = 256;     ///< at once; more is 705
    std::size_t entries = 10'000;  ///< kept; over it the cache is emptied
};

class Discovery {
  public:
    /// `overrides`: domain to JID.
    Discovery(Asker& asker, World& world, std::map<std::string, std::string> overrides,
              const DiscoveryPolicy& policy = {});

    using Found = std::move_only_function<void(Result<std::string>)>;
    /// The JID. May call back at once; lookups under way are shared. Every error is temporary: 720 with the
    /// reason in its detail, 704, 705. Only a refusal is kept: of an unreachable domain nothing is known.
    void find(const std::string& domain, Found done);

    /// For which domain `from` could speak, by its form and the table: find() must give the same JID to
    /// prove it. nullopt: for none.
    [[nodiscard]] std::optional<std::string> domain_claimed(std::string_view from) const;

    /// The domain answered, lately, and has no component. Where it could not be asked nothing is known.
    [[nodiscard]] bool says_none(const std::string& domain) const;

    void forget(const std::string& domain);
    /// A stanza came from who would speak for the domain: a refusal is no longer believed, unless it is so
    /// new that believing it keeps strangers from making us ask without end.
    void reconsider(const std::string& domain);

  private:
    struct Entry {
        std::optional<Result<std::string>> verdict;  // nullopt: the lookup is under way
        Time until{};
        std::vector<Found> waiting;
    };
    void look_up(const std::string& domain);
    void read_items(const std::string& domain, Result<Stanza> answer);
    void read_info(const std::string& domain, Result<Stanza> answer);
    void settle(const std::string& domain, Result<std::string> verdict, std::chrono::seconds kept);
    void make_room();

    Asker& asker_;
    World& world_;
    std::map<std::string, std::string> overrides_;
    DiscoveryPolicy policy_;
    std::map<std::string, Entry> entries_;
    std::size_t lookups_ = 0;
};

}  // namespace immp::component
