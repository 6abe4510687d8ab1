//! Brings a database to the schema of this program, and tells whether it is there.

use sha2::{Digest, Sha256};

use crate::{DatabaseError, Db, Engine, Sql, Tx, Value};

/// One step of a component's schema. A step that was released is never changed; the next change is a new step.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Counts from 1 without gaps.
    pub version: u32,
    /// What it is about, in words.
    pub name: &'static str,
    /// The statements for SQLite.
    pub sqlite: &'static str,
    /// The statements for PostgreSQL.
    pub postgres: &'static str,
}

/// A part of the program that owns tables.
#[derive(Clone, Copy, Debug)]
pub struct Component {
    /// Its lasting name.
    pub name: &'static str,
    /// Its steps in order.
    pub migrations: &'static [Migration],
}

/// What [`migrate`] did: the steps that it applied, as (component, version, name).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order in which they were applied.
    pub applied: Vec<(&'static str, u32, &'static str)>,
}

/// Why a schema does not fit this program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// A step of this program has not been applied.
    #[error("the database lacks version {version} of {component}; run `cashlink migrate`")]
    Missing {
        /// Whose step.
        component: String,
        /// Which step.
        version: u32,
    },
    /// A later program has been here.
    #[error(
        "the database has version {version} of {component}, which this program does not know; use a newer program"
    )]
    Newer {
        /// Whose step.
        component: String,
        /// Which step.
        version: u32,
    },
    /// A step was applied with another text than this program has.
    #[error("version {version} of {component} was applied with another text than this program has")]
    Changed {
        /// Whose step.
        component: String,
        /// Which step.
        version: u32,
    },
    /// The database itself failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A step as the database remembers it.
struct Applied {
    component: String,
    version: u32,
    checksum: String,
}

const HISTORY: &str = "
create table if not exists schema_migrations (
    component text not null,
    version integer not null,
    name text not null,
    checksum text not null,
    applied_at {time} not null,
    primary key (component, version)
)";
/// Any number, as long as every process takes the same one.
const ONE_AT_A_TIME: &str = "
set local lock_timeout = '60s';
set local statement_timeout = 0;
select pg_advisory_xact_lock(4711200926)";
const APPLIED: Sql = Sql("
select component, version, checksum
from schema_migrations
order by component, version");
const RECORD: Sql = Sql("
insert into schema_migrations (component, version, name, checksum, applied_at)
values ($1, $2, $3, $4, $5)");
const SQLITE_HISTORY_EXISTS: Sql =
    Sql("select count(*) from sqlite_schema where name = 'schema_migrations'");
const POSTGRES_HISTORY_EXISTS: Sql = Sql("select count(*) from pg_tables
where tablename = 'schema_migrations' and schemaname = current_schema()");

/// Applies what is missing, all in one transaction; processes that start together wait for one another.
///
/// # Errors
/// [`SchemaError::Newer`] or [`SchemaError::Changed`], then nothing was applied; or a failure of the database.
pub async fn migrate(db: &Db, components: &[Component]) -> Result<Report, SchemaError> {
    let components = components.to_vec();
    // The name was checked when the database was opened.
    let schema = db
        .schema()
        .map(|schema| format!("create schema if not exists {schema}"));
    db.write(move |tx| apply(tx, &components, schema.as_deref()))
        .await
}

/// Whether the schema is exactly the one of these components.
///
/// # Errors
/// What does not fit: a missing, an unknown or a changed step.
pub async fn check(db: &Db, components: &[Component]) -> Result<(), SchemaError> {
    let components = components.to_vec();
    db.read(move |tx| {
        let applied = if has_history(tx)? {
            history(tx)?
        } else {
            Vec::new()
        };
        for step in &applied {
            match components
                .iter()
                .find(|component| component.name == step.component)
            {
                Some(component) => component.fits(tx.engine(), step)?,
                None => return Err(step.is_newer()),
            }
        }
        match missing(&components, &applied).next() {
            None => Ok(()),
            Some((component, migration)) => Err(SchemaError::Missing {
                component: component.name.to_owned(),
                version: migration.version,
            }),
        }
    })
    .await
}

fn apply(
    tx: &mut Tx,
    components: &[Component],
    schema: Option<&str>,
) -> Result<Report, SchemaError> {
    if tx.engine() == Engine::Postgres {
        tx.batch(ONE_AT_A_TIME)?;
    }
    if let Some(schema) = schema {
        tx.batch(schema)?;
    }
    let time = match tx.engine() {
        Engine::Sqlite => "integer",
        Engine::Postgres => "timestamptz",
    };
    let strict = if tx.engine() == Engine::Sqlite {
        " strict"
    } else {
        ""
    };
    tx.batch(&(HISTORY.replace("{time}", time) + strict))?;
    let applied = history(tx)?;
    for step in &applied {
        // The steps of other components are their program's concern.
        if let Some(component) = components
            .iter()
            .find(|component| component.name == step.component)
        {
            component.fits(tx.engine(), step)?;
        }
    }
    let mut report = Report::default();
    for (component, migration) in missing(components, &applied) {
        tx.batch(migration.text(tx.engine()))?;
        tx.execute(RECORD, &record(tx.engine(), component, migration))?;
        report
            .applied
            .push((component.name, migration.version, migration.name));
    }
    Ok(report)
}

fn record(engine: Engine, component: &Component, migration: &Migration) -> [Value; 5] {
    [
        component.name.into(),
        migration.version.into(),
        migration.name.into(),
        migration.checksum(engine).into(),
        Value::time(crate::real_time()),
    ]
}

fn has_history(tx: &mut Tx) -> Result<bool, DatabaseError> {
    let exists = match tx.engine() {
        Engine::Sqlite => SQLITE_HISTORY_EXISTS,
        Engine::Postgres => POSTGRES_HISTORY_EXISTS,
    };
    Ok(tx.query_one(exists, &[])?.get::<i64>(0)? > 0)
}

fn history(tx: &mut Tx) -> Result<Vec<Applied>, DatabaseError> {
    let rows = tx.query(APPLIED, &[])?;
    let steps = rows.iter().map(|row| {
        Ok(Applied {
            component: row.get(0)?,
            version: row.get(1)?,
            checksum: row.get(2)?,
        })
    });
    steps.collect()
}

fn missing<'a>(
    components: &'a [Component],
    applied: &'a [Applied],
) -> impl Iterator<Item = (&'a Component, &'a Migration)> {
    let all = components.iter().flat_map(|component| {
        component
            .migrations
            .iter()
            .map(move |migration| (component, migration))
    });
    all.filter(|(component, migration)| {
        !applied
            .iter()
            .any(|step| step.component == component.name && step.version == migration.version)
    })
}

impl Component {
    fn fits(&self, engine: Engine, step: &Applied) -> Result<(), SchemaError> {
        match self
            .migrations
            .iter()
            .find(|migration| migration.version == step.version)
        {
            None => Err(step.is_newer()),
            Some(migration) if migration.checksum(engine) == step.checksum => Ok(()),
            Some(_) => Err(SchemaError::Changed {
                component: step.component.clone(),
                version: step.version,
            }),
        }
    }
}

impl Applied {
    fn is_newer(&self) -> SchemaError {
        SchemaError::Newer {
            component: self.component.clone(),
            version: self.version,
        }
    }
}

impl Migration {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    /// Over the text with plain line ends, so that a checkout on another system does not look like a change.
    pub(crate) fn checksum(&self, engine: Engine) -> String {
        hex::encode(Sha256::digest(self.text(engine).replace("\r\n", "\n")))
    }
}
