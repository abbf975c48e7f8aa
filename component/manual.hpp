// immpd(8), made from the command line's own description and the table of configuration keys.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace immp::component {

/// A page for man(1), in the man macros of groff_man(7).
[[nodiscard]] std::string manual_page(const CLI::App& app);

}  // namespace immp::component
