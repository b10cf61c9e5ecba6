CREATE TABLE vault.login (
    site      text NOT NULL,
    person    text NOT NULL,
    login     text NOT NULL, -- as the person writes it
    login_key text NOT NULL, -- folded, what is compared
    password  text NOT NULL, -- PHC string
    disabled  integer NOT NULL DEFAULT 0,
    created   bigint NOT NULL, -- microseconds since 1970, UTC
    changed   bigint NOT NULL,
    PRIMARY KEY (site, person),
    UNIQUE (site, login_key)
);

CREATE TABLE vault.pin (
    site    text NOT NULL,
    person  text NOT NULL,
    pin     text NOT NULL, -- PHC string
    tries   integer NOT NULL DEFAULT 0, -- since the last right one
    changed bigint NOT NULL,
    PRIMARY KEY (site, person),
    FOREIGN KEY (site, person) REFERENCES vault.login (site, person) ON DELETE CASCADE
);
