CREATE TABLE case_wraps ( case_id VARCHAR(32) NOT NULL, holder VARCHAR(40) NOT NULL, sealed BYTEA NOT NULL, made_at BIGINT NOT NULL, CONSTRAINT pk_case_wraps PRIMARY KEY (case_id, holder) );
CREATE INDEX ix_case_wraps_made_at ON case_wraps (made_at);
CREATE TABLE epochs ( id BIGSERIAL NOT NULL, kind VARCHAR(8) NOT NULL, public BYTEA NOT NULL, sealed BYTEA NOT NULL, born_at BIGINT NOT NULL, CONSTRAINT pk_epochs PRIMARY KEY (id) );
CREATE TABLE escrows ( id BIGSERIAL NOT NULL, public BYTEA NOT NULL, proof BYTEA NOT NULL, made_at BIGINT NOT NULL, CONSTRAINT pk_escrows PRIMARY KEY (id) );
CREATE TABLE roots ( mark BYTEA NOT NULL, store BYTEA NOT NULL, salt BYTEA, sealed BYTEA NOT NULL, made_at BIGINT NOT NULL, CONSTRAINT pk_roots PRIMARY KEY (mark) );
CREATE TABLE staff_keys ( staff_id VARCHAR(32) NOT NULL, role VARCHAR(16) NOT NULL, queues VARCHAR(160) NOT NULL, public BYTEA NOT NULL, proof BYTEA NOT NULL, salt BYTEA NOT NULL, memory INTEGER NOT NULL, passes INTEGER NOT NULL, sealed BYTEA NOT NULL, recovery BYTEA NOT NULL, made_at BIGINT NOT NULL, CONSTRAINT pk_staff_keys PRIMARY KEY (staff_id) );
CREATE TABLE team_wraps ( team BIGINT NOT NULL, holder VARCHAR(40) NOT NULL, sealed BYTEA NOT NULL, CONSTRAINT pk_team_wraps PRIMARY KEY (team, holder) );
CREATE TABLE teams ( id BIGSERIAL NOT NULL, name VARCHAR(24) NOT NULL, public BYTEA NOT NULL, proof BYTEA NOT NULL, members INTEGER NOT NULL, born_at BIGINT NOT NULL, CONSTRAINT pk_teams PRIMARY KEY (id) );
CREATE INDEX ix_teams_name ON teams (name, id);
