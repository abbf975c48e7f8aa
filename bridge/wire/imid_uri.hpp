// An IMID as a URI (draft 3.3 and 4.1; decisions, 6 and 7): `imid:alice@a.example/INBOX#<uuid>`,
// `immp://newsletter/updates@b.example?subscribe`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// Octets of a URI, and options in it; more is 400.
inline constexpr std::size_t kMaxUriBytes = 4'096;
inline constexpr std::size_t kMaxUriOptions = 16;

enum class UriScheme {
    imid,  ///< names somebody or something
    immp,  ///< asks for something to be done; only after its user has confirmed it
};

struct ImidUri {
    struct Option {
        std::string name;
        std::string value;  ///< empty where there is no `=`

        friend bool operator==(const Option&, const Option&) = default;
    };
    UriScheme scheme = UriScheme::imid;
    Imid imid;
    std::vector<Option> options;

    /// The one way to write it; parses back to the same value. ASCII (RFC 3986), the rest percent-encoded.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const ImidUri&, const ImidUri&) = default;
};

/// `imid:` or `immp:` (with or without `//`) in any case, an IMID, and `?name[=value][&...]`; percent-encoded
/// octets are taken for what they stand for behind the cut into parts, so `%3f` begins no options. 400, 415.
[[nodiscard]] Result<ImidUri> parse_imid_uri(std::string_view text);

}  // namespace immp::bridge
