CREATE TABLE vault.login (
    site      TEXT NOT NULL,
    person    TEXT NOT NULL,
    login     TEXT NOT NULL, -- as the person writes it
    login_key TEXT NOT NULL, -- folded, what is compared
    password  TEXT NOT NULL, -- PHC string
    disabled  INTEGER NOT NULL DEFAULT 0,
    created   INTEGER NOT NULL, -- microseconds since 1970, UTC
    changed   INTEGER NOT NULL,
    PRIMARY KEY (site, person),
    UNIQUE (site, login_key)
) STRICT;

CREATE TABLE vault.pin (
    site    TEXT NOT NULL,
    person  TEXT NOT NULL,
    pin     TEXT NOT NULL, -- PHC string
    tries   INTEGER NOT NULL DEFAULT 0, -- since the last right one
    changed INTEGER NOT NULL,
    PRIMARY KEY (site, person),
    FOREIGN KEY (site, person) REFERENCES login (site, person) ON DELETE CASCADE
) STRICT;
